"""One vocabulary for sensors and contacts, whoever measures them: SNMP, Modbus, NUT, IPMI, Redfish.

Labels: `sensor` names the sensor below its instance; a temperature and a humidity of one probe
head share that name, so that a dew point can be computed. `place` says which limits apply:
`cold_aisle`, `hot_aisle`, `room` (air of a room) or `device` (inside a device, with limits of its
own). A contact is 1 while what its `kind` names is so: water at a leak sensor, a door open, smoke,
a generator running, mains present.
"""

from hisops.core.metric import Family


def _gauge(name: str, help: str) -> Family:
    return Family(f"hisops_{name}", "gauge", help)


CELSIUS = _gauge("sensor_celsius", "Temperature; `place` says of what.")
VOLTS = _gauge("sensor_volts", "Voltage.")
AMPERES = _gauge("sensor_amperes", "Current.")
WATTS = _gauge("sensor_watts", "Electric power.")
RPM = _gauge("sensor_rpm", "Speed of a fan.")
HERTZ = _gauge("sensor_hertz", "Frequency.")
RATIO = _gauge("sensor_ratio", "A share between 0 and 1; `kind` says of what, such as humidity.")
LITRES = _gauge("sensor_litres", "Volume of a liquid, such as fuel.")
CONTACT = _gauge("contact_state", "1 while what `kind` names is so.")
HEALTH = _gauge("component_health", "Health of a part: 0 good, 1 warning, 2 critical.")

UNITS = {
    "celsius": CELSIUS,
    "volts": VOLTS,
    "amperes": AMPERES,
    "watts": WATTS,
    "rpm": RPM,
    "hertz": HERTZ,
    "ratio": RATIO,
    "litres": LITRES,
}
PLACES = ("cold_aisle", "hot_aisle", "room", "device")
CONTACTS = ("leak", "door", "smoke", "generator", "mains")
