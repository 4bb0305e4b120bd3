"""Settings: `base` is production, `dev` and `test` relax it. Everything comes from the environment."""
