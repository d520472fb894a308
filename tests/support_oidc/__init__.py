"""An OpenID Connect provider on loopback, as a process of its own."""
