"""An interface engine on python-hl7's own server: orders become worklist files.

What it answers depends on the receiving application of a message (MSH-5), so one process shows all
faults. Arguments: port, folder of the worklist.
"""

import asyncio
import subprocess
import sys
from pathlib import Path

import hl7
from hl7.mllp import start_hl7_server

# The keys that wlmscpfs wants in a file (its documentation, "type 1 attributes").
ITEM = """(0008,0005) CS [ISO_IR 192]
(0008,0050) SH [{accession}]
(0010,0010) PN [{name}]
(0010,0020) LO [{patient}]
(0010,0030) DA [19700101]
(0010,0040) CS [O]
(0020,000d) UI [{study}]
(0032,1060) LO [{procedure}]
(0040,1001) SH [{accession}]
(0040,0100) SQ
(fffe,e000) -
(0008,0060) CS [OT]
(0040,0001) AE [CANARY]
(0040,0002) DA [{day}]
(0040,0003) TM [120000]
(0040,0006) PN
(0040,0007) LO [{procedure}]
(0040,0009) SH [{accession}]
(fffe,e00d) -
(fffe,e0dd) -
"""


def text(message: hl7.Message, segment: str, number: int) -> str:
    return str(message.segment(segment)[number])


def obey(message: hl7.Message, folder: Path) -> None:
    """Write or remove the worklist item of an order; a folder that cannot be used loses it."""
    accession = text(message, "OBR", 18)
    path = folder / f"{accession}.wl"
    if text(message, "ORC", 1) == "CA":
        path.unlink(missing_ok=True)
        return
    dump = folder.parent / f"{accession}.dump"
    dump.write_text(
        ITEM.format(
            accession=accession,
            name=text(message, "PID", 5),
            patient=text(message, "PID", 3),
            study=text(message, "ZDS", 1).partition("^")[0],
            procedure="CANARY",
            day=text(message, "MSH", 7)[:8],
        )
    )
    subprocess.run(["dump2dcm", "-q", dump, path], check=False)


def answer(message: hl7.Message) -> hl7.Message:
    receiver = text(message, "MSH", 5)
    code = receiver if receiver in ("AE", "AR") else "AA"
    reply = message.create_ack(code)
    if receiver == "WRONG":
        reply.segment("MSA")[2] = "SOMETHING-ELSE"
    if receiver == "LATE":
        reply.segment("MSH")[7] = "20200101000000+0000"
    return reply


async def serve(port: int, folder: Path) -> None:
    async def talk(reader, writer) -> None:
        while not writer.is_closing():
            try:
                message = await reader.readmessage()
            except asyncio.IncompleteReadError:
                break
            if text(message, "MSH", 5) == "SILENT":
                continue
            if text(message, "MSH", 9) == "ORM^O01":
                obey(message, folder)
            writer.writemessage(answer(message))
            await writer.drain()
        writer.close()

    async with await start_hl7_server(talk, "127.0.0.1", port) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
