"""The twin as a process: `python -m care_console.service.gateways.sms.twin --port 0 --state FILE`."""

from __future__ import annotations

import argparse
from pathlib import Path

from care_console.service.gateways.sms.twin.api import Twin
from care_console.service.gateways.sms.twin.book import Book
from care_console.service.gateways.sms.twin.carrier import Carrier
from care_console.service.gateways.twins.serving import serve


def main() -> None:
    """Serves until told to stop."""
    parser = argparse.ArgumentParser(prog="care_console.service.gateways.sms.twin", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="where to listen (default: %(default)s)")
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one (default)")
    parser.add_argument("--state", type=Path, required=True, help="the file that remembers everything")
    parser.add_argument("--incoming-url", default="", help="where what people text is sent")
    parser.add_argument("--secret", default="", help="what a sender shows as the password, if anything")
    told = parser.parse_args()
    book = Book(told.state)
    serve(Twin(book, Carrier(book, told.incoming_url), told.secret).application(), told.host, told.port)


if __name__ == "__main__":
    main()
