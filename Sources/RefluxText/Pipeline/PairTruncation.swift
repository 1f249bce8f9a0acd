/// How many tokens of two texts stay when together they may have `limit`: `longest_first`, as the fast tokenizers do it.
///
/// Tokens are taken from the longer text until both are equally long, then from both; an odd one stays with the longer,
/// or with the second if they are equally long. Source: `truncate_encodings` in Hugging Face `tokenizers`.
func keptLengths(_ first: Int, _ second: Int, limit: Int) -> (first: Int, second: Int) {
  guard first + second > limit else { return (first, second) }
  let shorter = min(first, second)
  let kept = 2 * shorter <= limit ? (shorter, limit - shorter) : (limit / 2, limit - limit / 2)
  return first > second ? (kept.1, kept.0) : kept
}
