"""A building's controller: a Modbus/TCP server on the port that is named."""

import sys

from pymodbus.datastore import (
    ModbusDeviceContext,
    ModbusSequentialDataBlock,
    ModbusServerContext,
)
from pymodbus.server import StartTcpServer


def block() -> ModbusSequentialDataBlock:
    """A hundred zeros; addresses from 100 on do not exist."""
    return ModbusSequentialDataBlock(1, [0] * 100)


if __name__ == "__main__":
    device = ModbusDeviceContext(di=block(), co=block(), ir=block(), hr=block())
    context = ModbusServerContext(devices={1: device}, single=False)
    StartTcpServer(context, address=("127.0.0.1", int(sys.argv[1])))
