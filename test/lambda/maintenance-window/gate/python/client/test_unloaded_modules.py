"""What the gate has loaded on demand may be gone from sys.modules, and come back as other classes."""

import os
import subprocess
import sys
from pathlib import Path

import patient_lambda_contract as contract

# In a process of its own, whose modules are its own to take out
RUN = "import sys, patient_lambda_contract as contract; contract.DIRECTORY = sys.argv[1]; import unloading; unloading.main()"


def test_a_window_holds_though_user_code_has_taken_out_what_an_earlier_one_loaded():
    paths = os.pathsep.join([str(Path(__file__).parent), *filter(None, sys.path)])
    command = [sys.executable, "-c", RUN, contract.DIRECTORY]
    run = subprocess.run(command, capture_output=True, text=True, env={"PYTHONPATH": paths}, check=False, timeout=60)
    told = [line for line in run.stdout.splitlines() if line.split()[0] in ("auto", "on", "off")]
    assert (told, run.stderr) == (["auto ran", "on held", "off ran", "on held", "on held"], "")
