# SPDX-License-Identifier: MIT
"""NVIDIA's multi-process service (MPS): processes share the GPU at once instead of in time slices.
Started with folders of its own, so that one that runs on the machine already is left alone."""
import os
import shutil
import subprocess
import tempfile
import time

CONTROL = "nvidia-cuda-mps-control"
START_S = 10


class Service:
    def __init__(self, folder):
        self.env = {"CUDA_MPS_PIPE_DIRECTORY": os.path.join(folder, "mps-pipe"),
                    "CUDA_MPS_LOG_DIRECTORY": os.path.join(folder, "mps-log")}
        self.is_on = False

    def start(self):
        """Returns why it could not be started, "" if it runs."""
        if not shutil.which(CONTROL):
            return f"there is no {CONTROL}"
        for folder in self.env.values():
            os.makedirs(folder, exist_ok=True)
        with tempfile.TemporaryFile("w+") as said:  # not a pipe, which the daemon might keep open
            try:
                done = subprocess.run([CONTROL, "-d"], env={**os.environ, **self.env},
                                      stdin=subprocess.DEVNULL, stdout=said, stderr=said,
                                      timeout=START_S, check=False)
            except (OSError, subprocess.TimeoutExpired) as error:
                return str(error)
            said.seek(0)
            self.is_on = done.returncode == 0
            if not self.is_on:
                return said.read().strip() or f"{CONTROL} -d: status {done.returncode}"
        return self.wait_until_ready()

    def ask(self, command):
        try:
            return subprocess.run([CONTROL], input=command + "\n", env={**os.environ, **self.env},
                                  text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  timeout=START_S, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            return subprocess.CompletedProcess(command, 1, str(error))

    def wait_until_ready(self):
        until = time.monotonic() + START_S
        while True:
            done = self.ask("get_server_list")
            if done.returncode == 0:
                return ""
            if time.monotonic() > until:
                self.stop()
                return done.stdout.strip() or "it does not answer"
            time.sleep(0.2)

    def stop(self):
        if self.is_on:
            self.ask("quit")
        self.is_on = False
