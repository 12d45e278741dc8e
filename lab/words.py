"""The lab's words to people, in English as they stand in the code, and in Spanish here.

Records keep no words of ours but English ones: they are read by everybody. Errors are English too.
"""

# ruff: noqa: E501 - a sentence stands on one line, so that both languages can be read together

import os
from collections.abc import Mapping

from evidence.rate import Rate


def language_of(environment: Mapping[str, str]) -> str:
    """The user's language by the usual variables, English when it is neither of ours."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = environment.get(name, "")
        if value:
            return "es" if value.lower().startswith("es") else "en"
    return "en"


LANGUAGE = language_of(os.environ)


def say(message: str, /, **facts: object) -> str:
    """The message in the user's language, its facts filled in; a message unknown in Spanish stays English."""
    return told(LANGUAGE, message, **facts)


def told(language: str, message: str, /, **facts: object) -> str:
    """`say` in a language of choice."""
    template = SPANISH.get(message, message) if language == "es" else message
    return template.format(**facts) if facts else template


def say_rate(rate: Rate) -> str:
    """ "7 of 20, 18-57 %" in the user's language."""
    if not rate.tried:
        return say("0 of 0")
    low, high = (round(end * 100) for end in rate.interval)
    return say("{seen} of {tried}, {low}-{high} %", seen=rate.seen, tried=rate.tried, low=low, high=high)


SPANISH: Mapping[str, str] = {
    "0 of 0": "0 de 0",
    "{seen} of {tried}, {low}-{high} %": "{seen} de {tried}, {low}-{high} %",
    "reproduced": "reproducido",
    "not_reproduced": "no reproducido",
    "inconclusive": "no concluyente",
    # Commands
    "Make a problem happen again, count how often, keep the proof.": "Repetir un problema, contar cuántas veces ocurre y guardar la prueba.",
    "Pin, unpin and clean benches.": "Fijar, olvidar y limpiar bancos.",
    "Say what a bench is made of. With --json, as a file for `compare`.": "Dice de qué está hecho un banco. Con --json, como fichero para `compare`.",
    "Say what differs between two manifests, most telling first.": "Dice en qué se diferencian dos manifiestos, lo más revelador primero.",
    "Run a recipe. Ctrl-C keeps what was done; the same command goes on with it.": "Ejecuta una receta. Ctrl-C guarda lo hecho; la misma orden lo continúa.",
    "Record an attempt made by hand; its files are redacted before they are kept.": "Anota un intento hecho a mano; sus ficheros se expurgan antes de guardarse.",
    "List the runs in the journal, the newest last.": "Lista las series del diario, la más nueva al final.",
    "Show one attempt, or each of a run.": "Muestra un intento, o cada uno de una serie.",
    "Give this lab its identity: paste the line that `vigia enrol --role lab` prints.": "Da a este laboratorio su identidad: pegue la línea que imprime `vigia enrol --role lab`.",
    "Hand in the journal: each attempt once, however often this is run.": "Entrega el diario: cada intento una vez, por mucho que se repita.",
    "List the benches that can be used.": "Lista los bancos que se pueden usar.",
    "Pin a bench: look at its host key once, and believe no other one from then on.": "Fija un banco: mire su clave una vez; desde entonces no se cree ninguna otra.",
    "Forget a bench and its host key.": "Olvida un banco y su clave.",
    "Say that you put a bench right by hand: factors that were left on it are forgotten.": "Diga que arregló un banco a mano: se olvidan los factores que quedaron en él.",
    # Options
    "A TOML file; docs/lab.md says what is in it.": "Un fichero TOML; docs/lab.md dice qué contiene.",
    "A manifest, the healthy one.": "Un manifiesto, el sano.",
    "A manifest, the ill one.": "Un manifiesto, el enfermo.",
    "An attempt's or a run's; its beginning is enough.": "De un intento o de una serie; basta el principio.",
    "Apply this factor; may be given again.": "Aplica este factor; puede repetirse.",
    "Do not go on with a run that was broken off.": "No continúa una serie interrumpida.",
    "For programs.": "Para programas.",
    "For those that name no incident yet, or a refused one.": "Para los que aún no nombran incidente, o uno rechazado.",
    "Give up the identity this lab has.": "Abandona la identidad que tiene este laboratorio.",
    "Instead of the recipe's.": "En lugar de lo que dice la receta.",
    "Only of this incident.": "Solo de este incidente.",
    "Only read the recipe.": "Solo lee la receta.",
    "Only these attempts or runs.": "Solo estos intentos o series.",
    "Print what the programs wrote.": "Imprime lo que escribieron los programas.",
    "The bench is pinned already; pin it anew.": "El banco ya está fijado; lo fija de nuevo.",
    "The controller's root certificate.": "El certificado raíz del controlador.",
    "The incident it is for.": "El incidente al que pertenece.",
    "The lab's folder.": "La carpeta del laboratorio.",
    "The private key to sign in with.": "La clave privada con la que entrar.",
    "What proves it; may be given again.": "Lo que lo prueba; puede repetirse.",
    "What should be seen if the problem is there.": "Lo que debería verse si el problema está ahí.",
    "What the host key must be; without it you are asked.": "Cómo debe ser la clave del equipo; sin esto se pregunta.",
    "What was seen.": "Lo que se vio.",
    "What was tried, in a few words.": "Lo que se probó, en pocas palabras.",
    "Where it was tried, in words.": "Dónde se probó, en palabras.",
    "Whether that is the problem.": "Si eso es el problema.",
    "Why the verdict; must be given when inconclusive.": "El porqué del veredicto; obligatorio si no es concluyente.",
    "Write its files there.": "Escribe ahí sus ficheros.",
    # Benches
    "bench": "banco",
    "address": "dirección",
    "host key": "clave del equipo",
    "this machine": "este equipo",
    "{address} shows a {kind} key: {fingerprint}": "{address} muestra una clave {kind}: {fingerprint}",
    "On the machine itself, `{command}` says what it must be.": "En el propio equipo, `{command}` dice cuál debe ser.",
    "Is it the same?": "¿Es la misma?",
    "bench ssh:{name} pinned": "banco ssh:{name} fijado",
    "bench ssh:{name} removed": "banco ssh:{name} olvidado",
    "{count} factors forgotten on {name}": "{count} factores olvidados en {name}",
    # Handing in
    "enrolled as {id}; attempts are handed in to {endpoint}": "inscrito como {id}; los intentos se entregan a {endpoint}",
    "handing in": "entregando",
    "{count} handed in to {case}": "{count} entregados a {case}",
    "{id} refused: {reason}": "{id} rechazado: {reason}",
    "{count} stay here without a case; `{command}` gives one": "{count} se quedan aquí sin caso; `{command}` les da uno",
    "nothing to hand in": "nada que entregar",
    # Environments
    "connecting": "conectando",
    "kind": "clase",
    "factor": "factor",
    "value": "valor",
    "not read: {name}: {reason}": "sin leer: {name}: {reason}",
    "{count} facts of {host}": "{count} datos de {host}",
    "{count} differences": "{count} diferencias",
    "nothing differs": "nada se diferencia",
    "not compared, at least one side could not read it: {names}": "sin comparar, al menos un lado no pudo leerlo: {names}",
    # Records
    "attempt {id} recorded: {verdict}": "intento {id} anotado: {verdict}",
    "{name}: kept as it is, it cannot be redacted ({reason})": "{name}: se guarda tal cual, no se puede expurgar ({reason})",
    "attempt {id}, {number} of {planned}: ": "intento {id}, {number} de {planned}: ",
    "run": "serie",
    "when": "cuándo",
    "case": "caso",
    "recipe": "receta",
    "handed in": "entregado",
    "factors": "factores",
    "expected": "esperado",
    "seen": "visto",
    "reason": "motivo",
    "files": "ficheros",
    "masked": "tapado",
    "none": "ninguno",
    "not yet": "aún no",
    "to {case}": "a {case}",
    "{when} by {who}": "{when} por {who}",
    "{rate} (+{count} inconclusive)": "{rate} (+{count} no concluyentes)",
    "{count} of {all}": "{count} de {all}",
    "{count} files written to {folder}": "{count} ficheros escritos en {folder}",
    "{count} lines of the journal are damaged and were left out": "{count} líneas del diario están dañadas y se omitieron",
    # Running
    "{name}: no faults": "{name}: sin fallos",
    "{count} left": "faltan {count}",
    "going on with run {id} after {done} of {planned} attempts": "se continúa la serie {id} tras {done} de {planned} intentos",
    "stopped": "detenido",
    "{count} attempts are left, the same command goes on with them": "faltan {count} intentos, la misma orden los continúa",
    "run {id}: reproduced {rate}": "serie {id}: reproducido {rate}",
    "run {id}: reproduced {rate}, {count} inconclusive": "serie {id}: reproducido {rate}, {count} no concluyentes",
}
