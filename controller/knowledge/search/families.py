"""Spanish words whose relatives a stemmer cannot see: irregular participles and changing vowels.

Only what customers say about things that do not work. Stems, folded: relative -> head of the family.
"""

from collections.abc import Mapping

_FAMILIES = (
    "imprim impres impresor impresion reimprim reimpres",
    "conect conexion desconect desconexion",
    "cerr cierr",
    "abr abre abiert",
    "encend enciend",
    "romp rot",
    "escrib escrit escritur",
    "pod pued",
    "perd pierd",
    "mov muev movimient",
    "encontr encuentr",
    "resolv resuelv resuelt resolu",
    "volv vuelv vuelt",
    "corrig correg correccion",
    "actualiz actualic",
)
HEADS: Mapping[str, str] = {
    relative: family.split()[0] for family in _FAMILIES for relative in family.split()
}
