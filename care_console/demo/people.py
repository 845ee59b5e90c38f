"""Made-up people and places of the sample set. The numbers are those that North America keeps for fiction."""

from __future__ import annotations

from care_console.demo.speech import Language

FACILITIES = (
    ("Dallas County Jail", "TX", "America/Chicago"),
    ("Tarrant County Corrections Center", "TX", "America/Chicago"),
    ("Bexar County Adult Detention", "TX", "America/Chicago"),
    ("El Paso Detention Annex", "TX", "America/Denver"),
    ("Pima County Complex", "AZ", "America/Phoenix"),
    ("Oklahoma County Detention Center", "OK", "America/Chicago"),
    ("Fulton County Jail", "GA", "America/New_York"),
    ("Alameda County Camp", "CA", "America/Los_Angeles"),
)
"""Name, state, time zone."""

AREA_CODES = ("214", "972", "469", "817", "210", "915", "520", "405", "404", "510")

SENDERS = (
    "J. Delgado",
    "Marcus Webb",
    "T. Nguyễn",
    "Luis Arango",
    "D'Andre Fields",
    "Kevin O'Rourke",
    "Renée Thibodeaux",
    "Samuel Ortiz",
    "Angela Brandt",
    "Cornelius Hale",
    "Beatriz Pacheco",
    "Ray Whitehorse",
)

PEOPLE: tuple[tuple[str, Language], ...] = (
    ("Bích-Ngọc O'Nguyễn-Smith", "en"),
    ("", "en"),
    ("Aaliyah Washington", "en"),
    ("Guadalupe Peña", "es"),
    ("Zoë Müller", "en"),
    ("Jean-Baptiste Thibodeaux", "en"),
    ("María José Núñez Íñiguez", "es"),
    ("Søren Kjeldgaard", "en"),
    ("Precious Okonkwo", "en"),
    ("Chloé Beaumont", "en"),
    ("Tyrell Jackson Jr.", "en"),
    ("Consuelo Villarreal", "es"),
    ("Björn Håkansson", "en"),
    ("Siobhán Ní Dhomhnaill", "en"),
    ("Ignacio Ibáñez", "es"),
    ("Latoya Simmons", "en"),
    ("Nikolai Petrov", "en"),
    ("Ximena Zaragoza", "es"),
    ("Earl Mae Tolliver", "en"),
    ("Duc Tran", "en"),
    ("Łukasz Wójcik", "en"),
    ("Esperanza Cárdenas", "es"),
    ("Hannah Yellowhorse", "en"),
    ("François Lefèvre", "en"),
    ("Keisha Monroe", "en"),
    ("Refugio Domínguez", "es"),
    ("Anh Thư Lê", "en"),
    ("Bobby Ray Culpepper", "en"),
    ("Mercedes Quiñones", "es"),
    ("Oluwaseun Adeyemi", "en"),
    ("Teresa de la Cruz", "es"),
    ("Gary Lindqvist", "en"),
    ("Fatima Al-Rashid", "en"),
    ("Rocío Benítez", "es"),
    ("Darnell Whitaker", "en"),
    ("Ángela Fuentes", "es"),
    ("Patricia McAllister", "en"),
    ("Hao Zhang", "en"),
    ("Yesenia Trujillo", "es"),
    ("Clarence Boudreaux", "en"),
    ("Ruth Abernathy", "en"),
    ("Joaquín Saldívar", "es"),
    ("Monique St. Clair", "en"),
    ("Eduardo Muñoz", "es"),
    ("Shanice Greene", "en"),
    ("Priya Raghunathan", "en"),
    ("Dolores Espinoza", "es"),
    ("Wendell Crowe", "en"),
)
"""Name (empty: nobody gave one) and language, of those with an ordinary history."""


def fictional_phone(number: int) -> str:
    """The number-th phone of fiction: 555-0100 to 555-0199 in one area code after the other. No two alike."""
    area = AREA_CODES[number % len(AREA_CODES)]
    return f"+1{area}55501{number // len(AREA_CODES):02d}"
