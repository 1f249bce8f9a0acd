#pragma once
#include <stddef.h>
#include <stdint.h>

/// The SHA-256 of some bytes (FIPS 180-4).
void reflux_sha256(const uint8_t *bytes, size_t count, uint8_t digest[32]);

/// The same without the processor's SHA instructions, for tests.
void reflux_sha256_portable(const uint8_t *bytes, size_t count, uint8_t digest[32]);

/// The SHA-1 (FIPS 180-4) of two pieces of bytes, one after the other. Good for git's names of files, not against forgery.
void reflux_sha1(const uint8_t *first, size_t first_count, const uint8_t *second, size_t second_count, uint8_t digest[20]);
