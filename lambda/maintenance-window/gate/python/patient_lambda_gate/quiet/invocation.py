"""One invocation as the client hands it over, and the ways in which it may go on."""

from patient_lambda_gate.client import late_handler as held

TENANT = "tenant_id"


class Invocation:
    """The arguments of the client's ``handle_event_request``; ``more`` are those that newer clients added."""

    def __init__(self, original, client, handler, request_id, body, content_type, context, identity, arn, deadline, more, named) -> None:
        self.original = original
        self.client = client
        self.handler = handler
        self.request_id = request_id
        self.raw = body
        self.body = body if isinstance(body, bytes) else body.encode("utf-8")
        self.content_type = content_type
        self.context = context
        self.identity = identity
        self.arn = arn
        self.deadline = float(deadline)
        self._deadline = deadline
        self._more = more
        self._named = named

    def tenant(self, more_names: tuple) -> "str | None":
        """The tenant of a function with tenant isolation, from clients that know it."""
        if TENANT in self._named:
            return self._named[TENANT]
        return self._more[more_names.index(TENANT)] if TENANT in more_names and more_names.index(TENANT) < len(self._more) else None

    def run(self) -> None:
        """Calls the handler with the invocation as it is."""
        self._with_handler(self.client, self.raw, self.context, self.identity)

    def run_with(self, client, body: bytes, context: "str | None", identity: "str | None") -> None:
        """Calls the handler with another event than the one that came."""
        self._with_handler(client, body, context, identity)

    def reply(self, client, content: bytes) -> None:
        """Answers without the handler. ``client`` is an AnsweringClient."""
        self._call(client, lambda event, context: content, b"null", None, None)

    def fail(self, client, error: Exception) -> None:
        """Fails without the handler."""

        def held_back(event, context):
            raise error

        self._call(client, held_back, b"null", None, None)

    def _with_handler(self, client, body, context, identity) -> None:
        handler, failure = self.handler, None
        if handler is held.handler:
            try:
                handler = held.load()
            except Exception as error:
                failure = error
        if failure is None:
            self._call(client, handler, body, context, identity)
            return

        def not_loaded(event, context):
            raise failure

        self._call(client, not_loaded, body, context, identity)
        # As after a failed init; the Runtime API takes no init error any more
        raise SystemExit(1)

    def _call(self, client, handler, body, context, identity) -> None:
        self.original(
            client, handler, self.request_id, body, self.content_type, context, identity, self.arn, self._deadline, *self._more, **self._named
        )
