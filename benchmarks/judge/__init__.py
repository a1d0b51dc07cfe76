"""How the answerer's judge is trained; docs/answers.md says with what."""
