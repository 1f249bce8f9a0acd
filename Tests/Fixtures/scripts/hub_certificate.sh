#!/bin/sh
# Writes Tests/Fixtures/hub_certificate.der: a certificate for localhost that nobody has signed but itself. Its key is
# thrown away; the test that hands it out never gets as far as needing it.
set -e
cd "$(dirname "$0")/.."
openssl req -x509 -newkey rsa:2048 -nodes -keyout /dev/null -days 36500 -subj /CN=localhost \
  -addext "subjectAltName=IP:127.0.0.1,DNS:localhost" -outform DER -out hub_certificate.der
