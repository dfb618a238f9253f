"""What the model says that all of them ask."""

from __future__ import annotations

from tests.fakes.model_wire import Answer, Behaviour, RecordedRequest


def respond(request: RecordedRequest) -> Behaviour:
    """Off-topic needs no second call; a greeting does."""
    if "intents" in request.schema.get("properties", {}):
        off_topic = "chiste" in request.messages[-1]["content"]
        intent = "out_of_scope" if off_topic else "greeting"
        return Answer({"intents": [{"intent": intent, "confidence": 0.9}], "language": "es"})
    return Answer({"text": "¡Hola! Soy el asistente de Kavak. ¿Qué auto buscas?"})
