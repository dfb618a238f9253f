"""The Twilio fake. It ships with the product (`python -m channels dev`, the scorecard), so it lives there."""

from channels.sandbox.callbacks import Callbacks, inbound_form, inbound_message, post_signed
from channels.sandbox.twilio_server import TwilioServer

__all__ = ["Callbacks", "TwilioServer", "inbound_form", "inbound_message", "post_signed"]
