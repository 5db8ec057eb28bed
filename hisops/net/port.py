"""Names of ports: each vendor has its own words for the same hole.

Names: command references of Cisco IOS and NX-OS, Huawei VRP, H3C Comware, Ruijie RGOS.
"""

import re

_WORDS = {
    "fe": "fastethernet fa fe f",
    "ge": "gigabitethernet gigabit gige gi ge g",
    "2.5ge": "twodotfivegigabitethernet twodotfivegige twogigabitethernet tw 2.5ge",
    "5ge": "fivegigabitethernet fivegige fi 5ge",
    "10ge": "tengigabitethernet ten-gigabitethernet tengige xgigabitethernet xge te t xg 10ge",  # codespell:ignore te
    "25ge": "twentyfivegigabitethernet twenty-fivegige twentyfivegige twe tf 25ge",
    "40ge": "fortygigabitethernet fortygige fo fg 40ge",  # codespell:ignore fo
    "50ge": "fiftygigabitethernet fiftygige 50ge",
    "100ge": "hundredgigabitethernet hundredgige hu hg 100ge",
    "200ge": "twohundredgigabitethernet twohundredgige 200ge",
    "400ge": "fourhundredgigabitethernet fourhundredgige 400ge",
    "eth": "ethernet eth et e",
    "mgmt": "meth management m-gigabitethernet mge mgmt me ma",
    "lag": "eth-trunk bridge-aggregation bagg port-channel portchannel po aggregateport ag",
}
_KINDS = {word: kind for kind, words in _WORDS.items() for word in words.split()}
# A speed may begin the name (100GE1/0/1), so the word ends where the last run of digits begins.
_PORT = re.compile(r"((?:\d+(?:\.\d+)?)?[a-z-]*?)(\d+(?:[/:.]\d+)*)")


def canonical(name: str) -> str:
    """The same text for all spellings of a port: GigabitEthernet1/0/1, GE1/0/1, Gi 1/0/1."""
    # Comware and VRP describe a port as `GigabitEthernet1/0/1 Interface`.
    text = name.strip().lower().removesuffix(" interface").replace(" ", "")
    match = _PORT.fullmatch(text)
    if not match:
        return text
    word, place = match.groups()
    return f"{_KINDS.get(word, word)}{place}"


def is_same(intended: str, seen: str) -> bool:
    """Whether a port of the inventory is the one that a device names.

    Digits alone (`49`, `0/49`) are the end of any port's number; an empty name is any port.
    """
    if not intended or not seen:
        return True
    first, second = canonical(intended), canonical(seen)
    if first == second:
        return True
    match = _PORT.fullmatch(second)
    if not match or not first.replace("/", "").isdigit():
        return False
    return match[2] == first or match[2].endswith(f"/{first}")
