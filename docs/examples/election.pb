META
key;value
description;Bürgerbudget Ahausen (erfunden)
country;Germany
unit;Ahausen
instance;2027
num_projects;4
num_votes;6
budget;60000
vote_type;approval
PROJECTS
project_id;cost;name
1;30000;Spielplatz am Bach
2;25000;Bänke und Bäume
3;18000;Jugendraum
4;12000;Bücherschrank
VOTES
voter_id;vote
1;1,2
2;1,4
3;1,3
4;2,4
5;3,4
6;2,3
