/** Python and AWS's clients for it, all on one Python: the client is chosen by its release, not by the runtime. */
import clients from '../../../lambda/contract/maintenance-window/clients.json';
import { clientVersions } from '../../../local/sandbox/runtimes';
import type { Language } from './language';

/** Oldest, one of each line whose seam differs, newest; all that are pinned with CLIENTS=all. */
const SAMPLE = clients.python.releases;
const NEWEST = SAMPLE[SAMPLE.length - 1];
const RELEASES = process.env.CLIENTS === 'all' ? clientVersions(NEWEST.runtime).map((client) => ({ runtime: NEWEST.runtime, client })) : SAMPLE;

const TELLS = `
import os, sys
print("LOADED")

def handler(event, context):
    if event == "raise":
        raise ValueError("böom")
    if event == "nested":
        return inner()
    if event == "unserialisable":
        return {1, 2}
    if event == "bytes":
        return b"bytes"
    main = sys.modules["__main__"]
    return {
        "event": event, "request": context.aws_request_id, "arn": context.invoked_function_arn,
        "custom": getattr(context.client_context, "custom", None), "identity": context.identity.cognito_identity_id,
        "client": hasattr(main, "awslambdaricmain") and main.awslambdaricmain.bootstrap.__name__, "argv": sys.argv, "path": sys.path[:3],
        "modules": sorted(name for name in sys.modules if name in ("window", "store", "bootstrap", "contract")),
        "trace": os.environ.get("_X_AMZN_TRACE_ID"), "pythonpath": os.environ.get("PYTHONPATH"), "handler": os.environ["_HANDLER"],
    }

def inner():
    raise KeyError("deep")
`;

const CHANGING = `#!/bin/sh
client=$("$1" -c 'import os, sys; sys.path.insert(0, "/var/runtime"); import awslambdaric; print(os.path.dirname(awslambdaric.__file__))')
mkdir /tmp/runtime
cp -r /var/runtime/bootstrap.py "$client" /tmp/runtime
rm -r /tmp/runtime/awslambdaric/__pycache__
sed -i "$CHANGE" /tmp/runtime/awslambdaric/*.py
for argument do
  shift
  [ "$argument" = /var/runtime/bootstrap.py ] && argument=/tmp/runtime/bootstrap.py
  set -- "$@" "$argument"
done
exec "$@"
`;

export const PYTHON: Language = {
  name: 'python',
  releases: RELEASES,
  newest: NEWEST,
  ending: [NEWEST],
  file: 'app.py',
  handlers: {
    runs: 'def handler(event, context):\n    return {"ran": True}\n',
    tells: TELLS,
    echoes: `
import json
def handler(event, context):
    return {"event": json.dumps(event), "attempt": context.client_context.custom["maintenanceReplay"]["attempt"]}
`,
    digests: `
import hashlib
def handler(event, context):
    assert hashlib.sha256(event["noise"].encode()).hexdigest() == event["sha256"]
`,
    grows: 'def handler(event, context):\n    return "x" * (event["bytes"] - 2)\n',
    fails: `
def handler(event, context):
    ids = [item.get("messageId") or (item.get("kinesis") or {}).get("sequenceNumber") or item["dynamodb"]["SequenceNumber"] for item in event["Records"]]
    attempt = context.client_context.custom["maintenanceReplay"]["attempt"]
    print("ITEMS", ",".join(ids), attempt)
    return {"batchItemFailures": [{"itemIdentifier": "b"}] if attempt == 1 else []}
`,
    context: `
def handler(event, context):
    return {"client": {"app_title": context.client_context.client.app_title}, "custom": context.client_context.custom}
`,
    version: 'import sys\ndef handler(event, context):\n    return {"event": event, "runtime": "python%d.%d" % sys.version_info[:2]}\n',
    ends: `
import os, sys, time

def handler(event, context):
    kind = event["kind"]
    if kind == "sys.exit":
        sys.exit(3)
    if kind == "os._exit":
        os._exit(4)
    if kind == "interrupt":
        raise KeyboardInterrupt()
    if kind == "memory":
        grown = []
        while True:
            grown.append(bytearray(b"x" * 4_000_000))
    if kind == "hang":
        time.sleep(3600)
    return kind
`,
    // A forked process has the gate's modules; what counts is that it neither asks for an invocation nor answers one
    children: `
import os, subprocess, sys

SAYS = "import sys; print('gated' if any(name.startswith('patient_lambda') for name in sys.modules) else 'worker')"

def handler(event, context):
    worker = subprocess.run([sys.executable, "-c", SAYS], capture_output=True, text=True, check=True).stdout.strip()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, b"fork")
        os._exit(0)
    os.waitpid(child, 0)
    return {"worker": worker, "fork": os.read(reader, 9).decode()}
`,
    missing: 'raise ImportError("the database is away")\n',
    garbled: 'def handler(\n',
  },
  modules: [['a module', { 'app.py': TELLS }]],
  failures: [
    ['raise', 'ValueError'],
    ['unserialisable', 'Runtime.MarshalError'],
  ],
  odd: [['bytes'], [{}, '{not json']],
  missingSays: 'the database is away',
  notJson: () => 'Runtime.UnmarshalError',
  // Those keep an environment whose handler could not be imported
  endsUnloaded: (client) => !client.startsWith('2.0.'),
  exits: ['sys.exit', 'os._exit', 'interrupt'],
  deadly: ['memory', 'hang'],
  changing: CHANGING,
  unchanged: '',
  unattached: [
    {
      what: 'whose seam has another name',
      change: 's/handle_event_request/handle_request/g',
      message: 'has a seam of unknown shape',
      runs: true,
    },
    {
      what: 'whose seam has another order',
      change: '/^def handle_event_request/,/^)/ s/invoke_id/invocation/',
      message: 'has a seam of unknown shape',
      runs: false,
    },
    {
      what: 'that posts otherwise',
      change: 's/def post_invocation_error(/def post_failure(/',
      message: 'LambdaRuntimeClient.post_invocation_error',
      runs: true,
    },
  ],
  clientNamed: new RegExp(`awslambdaric ${NEWEST.client.replaceAll('.', '\\.')}`),
};
