"""What somebody typed into a form: texts only, files are not taken."""

from starlette.requests import Request


async def typed_in(request: Request) -> dict[str, str]:
    """Fields by name; of a repeated one the last. Browsers send line ends as CR LF, people mean LF."""
    form = await request.form(max_files=0, max_fields=50)
    return {name: value.replace("\r\n", "\n") for name, value in form.multi_items() if isinstance(value, str)}
