/**
 * User code that replaces what the gate uses of Python: when it is loaded or in its first invocation, before a window opens over the warm
 * environment. What is replaced fails whoever meets it, or the gate alone where the client needs it too.
 */
import { ensureRuntimes } from '../../../local/sandbox/runtimes';
import { MINUTES, RAN, useStage } from '../support/gate';
import { PYTHON } from '../support/python';
import type { Stage } from '../support/stage';
import type { TestEnvironment } from '../support/test-environment';
import { hold, replay } from '../support/window-passing';

const { client } = PYTHON.newest;

/** Replaces by name. */
const TOOLS = `
import functools, os, sys

def of_python(frame):
    file = frame.f_code.co_filename
    return file.startswith(("<frozen", os.path.dirname(os.__file__))) and "site-packages" not in file

def fail(*given, **named):
    raise RuntimeError("this is the user's")

def replace(module, *names):
    for name in names:
        owner, _, member = name.rpartition(".")
        setattr(functools.reduce(getattr, owner.split("."), module) if owner else module, member, fail)

def fail_the_gate(module, *names):
    for name in names:
        def replaced(*given, real=getattr(module, name), **named):
            frame = sys._getframe(1)
            while frame and of_python(frame):
                if frame.f_code.co_filename == "<frozen importlib._bootstrap>":
                    return real(*given, **named)  # Python's own import, for whomever
                frame = frame.f_back
            if frame and "patient_lambda" in frame.f_code.co_filename:
                fail()
            return real(*given, **named)
        setattr(module, name, replaced)
`;

const PATCHES: Readonly<Record<string, string>> = {
  'the functions of json': `
import json
fail_the_gate(json, "loads", "dumps", "load", "dump", "detect_encoding")
fail_the_gate(json.JSONDecoder, "decode", "raw_decode")
replace(json, "JSONEncoder.encode", "JSONEncoder.iterencode", "JSONEncoder.default", "encoder.encode_basestring_ascii", "decoder.scanstring")
`,
  'json as a module': `
import types
for name in ("json", "json.decoder", "json.encoder", "json.scanner", "_json"):
    sys.modules[name] = types.ModuleType(name)
`,
  'http.client, as proxies do': `
import http.client, urllib.request
replace(http.client, "HTTPConnection.connect", "HTTPConnection.request", "HTTPConnection.getresponse", "HTTPConnection.putrequest", "parse_headers")
class Proxied(http.client.HTTPSConnection):
    connect = fail
http.client.HTTPSConnection = Proxied
`,
  'the clock, in every module that has it': `
import datetime, time
real = {id(getattr(time, name)): name for name in ("time", "monotonic", "time_ns", "monotonic_ns", "gmtime", "localtime", "strftime", "perf_counter")}
frozen = {"gmtime": fail, "localtime": fail, "strftime": fail}
for module in list(sys.modules.values()):
    if getattr(module, "__name__", "awslambdaric").partition(".")[0] not in ("awslambdaric", "logging", "threading", "queue", "concurrent"):
        for name, value in list(vars(module).items()):
            if id(value) in real:
                setattr(module, name, frozen.get(real[id(value)], lambda *given: 1_000_000_000.0))
class Frozen(datetime.datetime):
    now = utcnow = today = fail
datetime.datetime = Frozen
`,
  'the environment': `
os.environ.clear()
fail_the_gate(os, "getenv")
`,
  "sockets' default timeout": `
import socket
socket.setdefaulttimeout(1e-6)
`,
  'sockets': `
import socket, _socket
replace(socket, "socket.connect", "socket.recv", "socket.sendall", "socket.settimeout", "socket.close", "socket", "create_connection", "getaddrinfo")
replace(_socket, "socket", "getaddrinfo", "SocketType")
`,
  'TLS': `
import ssl, _ssl
class Proxied(ssl.SSLContext):
    wrap_socket = wrap_bio = fail
ssl.SSLContext, ssl.SSLSocket, ssl.SSLObject = Proxied, fail, fail
replace(ssl, "create_default_context", "MemoryBIO")
replace(_ssl, "_SSLContext", "MemoryBIO")
`,
  'threads': `
import threading, _thread
fail_the_gate(threading.Thread, "start", "join", "run")
fail_the_gate(threading, "Lock", "RLock", "Event", "Condition")
fail_the_gate(_thread, "start_new_thread", "allocate_lock")
`,
  'everything that waits, as green threads do': `
import select, socket, threading, time, _thread
for module, names in {
    threading: ("Thread", "Lock", "Event", "_start_new_thread", "_allocate_lock"),
    _thread: ("start_new_thread", "start_new", "allocate_lock", "allocate"),
    time: ("sleep",), select: ("select", "poll"),
}.items():
    fail_the_gate(module, *filter(vars(module).get, names))
replace(socket, "socket", "create_connection", "getaddrinfo")
`,
  'chance': `
import random, uuid
replace(os, "urandom", "getrandom")
replace(random, "random", "uniform", "Random", "SystemRandom")
replace(uuid, "uuid4", "UUID")
`,
  'digests': `
import hashlib, hmac, _hashlib
replace(hashlib, "sha256", "new", "md5")
replace(hmac, "new", "digest", "HMAC")
replace(_hashlib, "openssl_sha256", "hmac_digest", "hmac_new", "new")
`,
  'packing': `
import base64, binascii, gzip, zlib
replace(base64, "b64encode", "b64decode")
replace(binascii, "b2a_base64", "a2b_base64")
replace(zlib, "compress", "compressobj", "decompress", "decompressobj")
`,
  'URLs and patterns': `
import re, urllib.parse
replace(urllib.parse, "urlsplit", "urlparse", "quote", "SplitResult")
fail_the_gate(re, "compile", "match", "fullmatch", "sub", "search")
`,
  'built-in functions': `
import builtins, io
fail_the_gate(builtins, "open", "print")
fail_the_gate(io, "open", "FileIO")
fail_the_gate(os, "open", "read")
`,
  'how modules are found': `
import builtins, importlib
sys.path.clear()
importing = builtins.__import__
builtins.__import__ = lambda *given, **named: importing(*given, **named)
class Finder:
    @staticmethod
    def find_spec(name, path, target=None):
        return fail() if path is None and not name.startswith("_") else None
sys.meta_path.insert(0, Finder)
`,
  'reports of errors': `
import linecache, traceback
replace(linecache, "getline", "getlines", "updatecache")
fail_the_gate(traceback, "format_exc", "format_exception", "extract_tb")
`,
};

const WHEN = {
  'when it is loaded': (patch: string) => `${TOOLS}${patch}\ndef handler(event, context):\n    return {"ran": True}\n`,
  'in its first invocation': (patch: string) =>
    `${TOOLS}PATCH = ${JSON.stringify(patch)}\ndef handler(event, context):\n    if "first" in event:\n        exec(PATCH, globals())\n    return {"ran": True}\n`,
};

/** A sample of the product; all of it with CLIENTS=all. */
const CASES = ['python3.10', 'python3.11', 'python3.12', 'python3.13'].flatMap((runtime, number) =>
  Object.entries(WHEN)
    .filter((_, turn) => process.env.CLIENTS === 'all' || (runtime !== 'python3.12' && turn === number % 2))
    .map(([when, written]) => [{ runtime, client }, when, written] as const),
);

let stage: Stage;
useStage((opened) => {
  stage = opened;
});
beforeAll(
  () =>
    ensureRuntimes(
      CASES.map(([release]) => release),
      (line) => process.stderr.write(`${line}\n`),
    ),
  5 * MINUTES,
);

describe.each(CASES)('%j', (release, when, written) => {
  test(
    `what user code replaces ${when} changes nothing for the gate`,
    async () => {
      const met: Record<string, string> = {};
      /** Does a step in each environment, and goes on with those in which it worked. */
      const each = async <T, U>(before: Readonly<Record<string, T>>, step: (given: T, what: string) => Promise<U>): Promise<Record<string, U>> => {
        const after: Record<string, U> = {};
        await Promise.all(
          Object.entries(before).map(async ([what, given]) => {
            try {
              after[what] = await step(given, what);
            } catch (error) {
              met[what] = (error as Error).message;
            }
          }),
        );
        return after;
      };
      const warm = await each(PATCHES, async (patch) => {
        const environment = await stage.start({ ...release, code: { 'app.py': written(patch) } });
        expect(await environment.reply({ first: true })).toEqual(RAN);
        return environment;
      });
      await stage.windowSeen('on');
      const held = await each(warm, async (environment): Promise<[TestEnvironment, string[]]> => [environment, await hold(stage, environment)]);
      await stage.windowSeen('auto');
      await each(held, async ([environment, kept]) => {
        await replay(stage, environment, kept);
        expect(await environment.reply({})).toEqual(RAN);
      });
      expect(met).toEqual({});
    },
    3 * MINUTES,
  );
});
