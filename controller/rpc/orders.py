"""Orders on the wire: out to the agent, and back what it says of them."""

from collections.abc import Iterable
from uuid import UUID

from controller.core.errors import Invalid
from controller.fleet.limits import stored, within
from controller.fleet.orders.order import Order, OrderState, Progress
from controller.rpc.wire import milliseconds
from protos.vigia.v1 import agent_pb2 as pb

DETAIL_LIMIT = 500
_STATES = {
    pb.ORDER_STATE_COLLECTING: OrderState.COLLECTING,
    pb.ORDER_STATE_UPLOADING: OrderState.UPLOADING,
    pb.ORDER_STATE_REFUSED: OrderState.REFUSED,
    pb.ORDER_STATE_FAILED: OrderState.FAILED,
}
_COUNT_LIMIT = 1_000_000
_SIZE_LIMIT = 1 << 62


def told(orders: Iterable[Order]) -> list[pb.ControllerItem]:
    """Each as an item of a stream."""
    return [
        pb.ControllerItem(
            order=pb.Order(
                order_id=str(order.id),
                case=order.purpose,
                expires_at_unix_ms=milliseconds(order.expires_at),
                asked_by=order.asked_by,
                pull=pb.Pull(profile=order.profile),
            )
        )
        for order in orders
    ]


def progress(message: pb.OrderReport) -> Progress:
    """Raises `Invalid` naming field and limit."""
    state = _STATES.get(message.state)
    if state is None:
        raise Invalid("order_report.state", "must be collecting, uploading, refused or failed")
    return Progress(
        order_id=order_id("order_report.order_id", message.order_id),
        state=state,
        items_done=min(message.items_done, _COUNT_LIMIT),
        items_total=min(message.items_total, _COUNT_LIMIT),
        bytes_total=min(message.size_bytes, _SIZE_LIMIT),
        reason=stored(within("order_report.reason", message.reason, 64)),
        detail=stored(within("order_report.detail", message.detail, DETAIL_LIMIT)),
    )


def order_id(field: str, text: str) -> UUID:
    """Raises `Invalid`."""
    try:
        return UUID(within(field, text, 36))
    except ValueError as error:
        raise Invalid(field, "must be a UUID") from error
