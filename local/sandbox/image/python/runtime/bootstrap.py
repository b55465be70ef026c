"""Starts AWS's client in a Python environment: search path as on Lambda, then the client's own main function."""

import os
import site
import sys

# Tracing tools look for this name in __main__ to find the client
import awslambdaric.__main__ as awslambdaricmain


def main() -> None:
    task_root = os.environ["LAMBDA_TASK_ROOT"]
    layers = [f"/opt/python/lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages", "/opt/python"]
    # A function that sets PYTHONPATH itself takes over the layers' places on the search path
    own_path = "PYTHONPATH" in os.environ

    sys.path[:0] = [task_root] if own_path else [task_root, *layers]
    # As site directories too, so that .pth files in them count
    for directory in [task_root] if own_path else [task_root, *layers]:
        site.addsitedir(directory)
    if not own_path:
        os.environ["PYTHONPATH"] = os.environ["LAMBDA_RUNTIME_DIR"]

    awslambdaricmain.main([task_root, os.environ["_HANDLER"]])


if __name__ == "__main__":
    main()
