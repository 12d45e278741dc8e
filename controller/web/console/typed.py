"""What somebody typed into a form: texts only, files are not taken."""

from starlette.requests import Request

from controller.core.errors import Invalid


async def typed_in(request: Request) -> dict[str, str]:
    """Fields by name; of a repeated one the last. Browsers send line ends as CR LF, people mean LF.

    Raises `Invalid` for a NUL, which no browser sends and PostgreSQL does not keep.
    """
    form = await request.form(max_files=0, max_fields=50)
    for name, value in form.multi_items():
        if "\0" in name or (isinstance(value, str) and "\0" in value):
            raise Invalid(name.replace("\0", "")[:40], "holds a NUL character", "Remove it")
    return {name: value.replace("\r\n", "\n") for name, value in form.multi_items() if isinstance(value, str)}
