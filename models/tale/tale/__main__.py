"""The commands: train, evaluate, export, ask."""

import argparse
from pathlib import Path


def main():
    parser = argparse.ArgumentParser(prog="tale")
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("train", "evaluate", "export", "ask", "show"):
        command = commands.add_parser(name)
        command.add_argument("--work", type=Path, required=True, help="folder of the checkpoint")
        command.add_argument("--threads", type=int, default=2, help="of training: processes, each with one thread")
        if name in ("evaluate", "ask", "show"):
            command.add_argument("--model", type=Path, help="a GGUF file instead of the checkpoint")
        if name == "train":
            command.add_argument("--steps", type=int, default=None)
            command.add_argument("--every", type=float, default=120, help="seconds between two checkpoints")
        if name == "evaluate":
            command.add_argument("--count", type=int, default=200, help="questions of each kind")
            command.add_argument("--wrong", type=int, default=0, help="wrong answers to show of each kind")
        if name in ("ask", "show"):
            command.add_argument("text", nargs="+")
    arguments = parser.parse_args()
    if arguments.command == "train":
        from . import train

        train.run(arguments.work, arguments.steps or train.STEPS, arguments.threads, arguments.every)
    elif arguments.command == "export":
        from . import export

        export.run(arguments.work)
    else:
        from . import evaluate

        getattr(evaluate, arguments.command)(arguments)


if __name__ == "__main__":
    main()
