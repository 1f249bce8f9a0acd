// A C door to libsentencepiece, which is C++.
//
// Functions that can fail return NULL and write a message to `error`; the caller frees it, and every result that is not
// const, with `spm_release`. A processor never changes after it is loaded, so any number of threads may use it at once.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct spm_processor spm_processor;

// What a piece is for.
enum spm_kind { spm_normal, spm_unknown, spm_control, spm_unused, spm_byte };

// Reads a serialized model.
spm_processor *spm_load(const void *bytes, size_t count, char **error);
void spm_free(spm_processor *processor);
void spm_release(void *result);

int32_t spm_piece_count(const spm_processor *processor);
// Negative where the model has no such piece.
int32_t spm_unknown_id(const spm_processor *processor);
int32_t spm_begin_id(const spm_processor *processor);
int32_t spm_end_id(const spm_processor *processor);
int32_t spm_padding_id(const spm_processor *processor);

// UTF-8 to ids. The ids are the calling thread's own and hold until it encodes again, so that nothing is copied.
const int32_t *spm_encode(
    const spm_processor *processor, const char *text, size_t length, size_t *count, char **error);
// Ids to UTF-8. `drops_space`: the first piece loses a space in front before the model looks at it.
char *spm_decode(
    const spm_processor *processor, const int32_t *ids, size_t count, bool drops_space, size_t *length, char **error);

// Ids must lie in 0 ..< spm_piece_count. The piece is the processor's own and ends with a zero.
const char *spm_piece(const spm_processor *processor, int32_t id);
enum spm_kind spm_piece_kind(const spm_processor *processor, int32_t id);
// The id of the unknown piece if there is no such piece.
int32_t spm_id(const spm_processor *processor, const char *piece, size_t length);

#ifdef __cplusplus
}
#endif
