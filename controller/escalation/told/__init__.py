"""Who is told what happened to an incident, in which words, and what goes along."""
