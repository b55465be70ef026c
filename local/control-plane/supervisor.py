"""Runs a command in a session of its own and kills all of it when standard input closes, that is, when the bed is gone.

Usage: supervisor.py COMMAND [ARGUMENT...]. Exits with the command's code; 128 + n when signal n ended it.
"""

import os
import signal
import subprocess
import sys
import threading


def kill_group(leader: int) -> None:
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        pass


def main() -> int:
    # A terminal's Ctrl-C reaches this process too; the bed decides, and its end is seen on standard input
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, start_new_session=True)

    def watch() -> None:
        while os.read(0, 4096):
            pass
        kill_group(child.pid)

    threading.Thread(target=watch, daemon=True).start()
    code = child.wait()
    # Whatever the command left behind in its session ends with it
    kill_group(child.pid)
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main())
