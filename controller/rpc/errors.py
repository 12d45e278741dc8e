"""The kinds of our errors in gRPC's words (core/errors.py)."""

import grpc

from controller.core.errors import Conflict, Invalid, NotFound, Refused, TooMuch, Unavailable, VigiaError

STATUS: dict[type[VigiaError], grpc.StatusCode] = {
    VigiaError: grpc.StatusCode.INTERNAL,
    Invalid: grpc.StatusCode.INVALID_ARGUMENT,
    NotFound: grpc.StatusCode.NOT_FOUND,
    Refused: grpc.StatusCode.PERMISSION_DENIED,
    Conflict: grpc.StatusCode.FAILED_PRECONDITION,
    TooMuch: grpc.StatusCode.RESOURCE_EXHAUSTED,
    Unavailable: grpc.StatusCode.UNAVAILABLE,
}
