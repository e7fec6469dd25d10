"""The web: pages for people and the API for programs. Open `app` to see how it is put together."""
