"""What names are put together from: common ones as they are, rare ones from syllables, as many as there are people.

Of a million people, some names are everybody's and most are few people's: the number of distinct words grows
with the number of people, as it does in a telephone book.
"""

from __future__ import annotations

GIVEN = (
    "María José Juan Ana Luis Carlos Rosa Miguel Guadalupe Jesús Francisco Antonio Sofía Daniela Alejandra "
    "James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara Richard Susan "
    "Joseph Jessica Thomas Sarah Christopher Karen Charles Lisa Daniel Nancy Matthew Betty Anthony Sandra "
    "Mark Margaret Donald Ashley Steven Kimberly Andrew Emily Paul Donna Joshua Michelle Kenneth Carol Kevin "
    "Amanda Brian Melissa Timothy Deborah Ronald Stephanie Jason Dorothy George Rebecca Edward Sharon Jeffrey "
    "Laura Ryan Cynthia Jacob Amy Nicholas Kathleen Gary Angela Eric Shirley Jonathan Brenda Stephen Emma "
    "Larry Anna Justin Pamela Scott Nicole Brandon Samantha Benjamin Katherine Samuel Christine Gregory Helen "
    "Alexander Debra Patrick Rachel Frank Carolyn Raymond Janet Jack Maria Dennis Catherine Jerry Heather "
    "Tyler Diane Aaron Olivia Jose Julie Adam Joyce Nathan Victoria Henry Ruth Zachary Virginia Douglas "
    "Lauren Peter Kelly Kyle Christina Noah Joan Ethan Evelyn Jeremy Judith Christian Andrea Walter Hannah "
    "Keith Megan Austin Cheryl Roger Jacqueline Terry Martha Sean Madison Gerald Teresa Carl Gloria Dylan Sara "
    "Harold Janice Jordan Ann Jesse Kathryn Bryan Abigail Lawrence Sophia Arthur Frances Gabriel Jean Bruce "
    "Alice Logan Judy Billy Isabella Joe Julia Alan Grace Juan Amber Elijah Denise Willie Danielle Albert "
    "Marilyn Wayne Beverly Randy Charlotte Mason Natalie Vincent Theresa Liam Diana Roy Brittany Bobby Doris "
    "DeShawn Lakeisha Tyrone Keisha Jamal Ebony Thuy Minh Nguyệt Xiomara Yesenia Itzel Ximena Renée Zoë Chloé"
).split()
SURNAMES = (
    "García Rodríguez Martínez Hernández López González Pérez Sánchez Ramírez Torres Flores Rivera Gómez Díaz "
    "Reyes Morales Cruz Ortiz Gutiérrez Chávez Ramos Ruiz Mendoza Álvarez Jiménez Castillo Vásquez Romero "
    "Moreno Herrera Medina Aguilar Garza Castro Vargas Fernández Guzmán Muñoz Salazar Peña Ibáñez Núñez "
    "Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Thomas Taylor Moore Jackson Martin Lee "
    "Thompson White Harris Clark Lewis Robinson Walker Young Allen King Wright Scott Hill Green Adams Nelson "
    "Baker Hall Campbell Mitchell Carter Roberts Phillips Evans Turner Parker Collins Edwards Stewart Morris "
    "Murphy Cook Rogers Morgan Peterson Cooper Reed Bailey Bell Kelly Howard Ward Cox Richardson Wood Watson "
    "Brooks Bennett Gray James Hughes Price Myers Long Foster Sanders Ross Powell Sullivan Russell Patterson "
    "Jenkins Perry Butler Barnes Fisher Henderson Coleman Simmons Jordan Reynolds Hamilton Graham Kim Wallace "
    "Alexander Cole West Washington Jefferson Booker O'Brien O'Connor O'Neal McDonald McCoy MacKenzie D'Angelo "
    "Nguyễn Tran Pham Hoang Patel Singh Khan Chen Wang Li Zhang Kowalski Novak Ivanov Schmidt Müller Jørgensen"
).split()
BEGINNINGS = (
    "Al An Ar Ba Bel Ber Bo Bra Bu Ca Char Cla Co Cra Da De Do Du El Er Fa Fe Fi Ga Gil Gra Ha Hel Ho Ja Ka "
    "Kel La Le Lo Ma Mc Men Mo Na Ne No Or Pa Pe Pra Qui Ra Ri Ro Sal San Ste Su Ta Te Tra Ul Va Ve Wal We Za"
).split()
MIDDLES = (
    "ba be bi ca ce cha da de di do fa fe ga ge go ha hi ja ke la le li lo ma me mi na ne ni no pa pe ra re ri "
    "ro sa se shi ta te ti to va ve vi za zi"
).split()
ENDINGS = (
    "ck da der dez do ers field ford gan go gton har kins land les lin lo ma man mas mond nard ne nen ner nez "
    "no ra rd res rez ris ro rson s sen sey son ston ta ter ton va ville well wood worth yer z zo"
).split()
AREA_CODES = (
    "205 214 281 305 312 323 346 402 415 469 480 504 512 559 602 617 619 626 661 702 713 714 718 770 773 786 "
    "808 817 832 904 907 909 915 916 917 951 956 972"
).split()
