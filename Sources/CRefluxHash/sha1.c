#include "hashes.h"
#include <string.h>

// Git names the small files of a repository by it: the checksum of a download that is not kept by LFS.

typedef struct {
  uint32_t state[5];
  uint8_t block[64];
  uint64_t count;
} sha1;

static uint32_t rotated(uint32_t x, int by) { return x << by | x >> (32 - by); }

static void compress(uint32_t state[5], const uint8_t block[64]) {
  uint32_t w[80];
  for (int i = 0; i < 16; i++) {
    memcpy(&w[i], block + 4 * i, 4);
    w[i] = __builtin_bswap32(w[i]);
  }
  for (int i = 16; i < 80; i++) w[i] = rotated(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
  uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
  for (int i = 0; i < 80; i++) {
    uint32_t f, k;
    if (i < 20) f = (b & c) | (~b & d), k = 0x5a827999;
    else if (i < 40) f = b ^ c ^ d, k = 0x6ed9eba1;
    else if (i < 60) f = (b & c) | (b & d) | (c & d), k = 0x8f1bbcdc;
    else f = b ^ c ^ d, k = 0xca62c1d6;
    uint32_t next = rotated(a, 5) + f + e + k + w[i];
    e = d, d = c, c = rotated(b, 30), b = a, a = next;
  }
  state[0] += a, state[1] += b, state[2] += c, state[3] += d, state[4] += e;
}

static void add(sha1 *hash, const uint8_t *bytes, size_t count) {
  while (count > 0) {
    size_t filled = hash->count % 64, taken = 64 - filled < count ? 64 - filled : count;
    memcpy(hash->block + filled, bytes, taken);
    hash->count += taken, bytes += taken, count -= taken;
    if (hash->count % 64 == 0) compress(hash->state, hash->block);
  }
}

void reflux_sha1(const uint8_t *first, size_t first_count, const uint8_t *second, size_t second_count, uint8_t digest[20]) {
  sha1 hash = {.state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0}};
  add(&hash, first, first_count);
  add(&hash, second, second_count);
  // The end: a 1 bit, zeros, and the length in bits as a big-endian 64-bit number.
  uint64_t bits = __builtin_bswap64(hash.count * 8);
  uint8_t tail[64] = {0x80};
  add(&hash, tail, 1 + (119 - hash.count % 64) % 64);
  add(&hash, (const uint8_t *)&bits, 8);
  for (int i = 0; i < 5; i++) {
    uint32_t word = __builtin_bswap32(hash.state[i]);
    memcpy(digest + 4 * i, &word, 4);
  }
}
