"""Answers for Twilio. Anything but XML would be sent to the customer (text) or counted as an error (JSON)."""

from __future__ import annotations

from flask import Response
from werkzeug.exceptions import HTTPException

EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


def xml(status: int = 200) -> Response:
    return Response(EMPTY, status=status, content_type="text/xml; charset=utf-8")


def error_page(error: Exception) -> Response:
    """For every fault, Flask's own included."""
    if isinstance(error, HTTPException) and error.code:
        return xml(error.code)
    return xml(500)
