import CRefluxHash
import RefluxTesting
import Testing

@testable import RefluxTrain

@Suite struct ChecksumTests {
  /// The examples of FIPS 180-4 and its companion files; the last is a million times `a`.
  @Test(arguments: [
    ("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    ("a", 1_000_000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
  ])
  func digestsAreThoseOfTheStandard(_ text: String, _ times: Int, _ expected: String) {
    let bytes = Array(String(repeating: text, count: times).utf8)
    for hash in [reflux_sha256, reflux_sha256_portable] {
      var digest = [UInt8](repeating: 0, count: 32)
      hash(bytes, bytes.count, &digest)
      #expect(digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() == expected)
    }
  }

  /// Around the ends of 64-byte blocks, where the length goes into one more block or not.
  @Test func bothWaysAgreeAtEveryLength() {
    let bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0 * 7 + 3) }
    for count in 0...300 {
      var (fast, portable) = ([UInt8](repeating: 0, count: 32), [UInt8](repeating: 1, count: 32))
      reflux_sha256(bytes, count, &fast)
      reflux_sha256_portable(bytes, count, &portable)
      #expect(fast == portable, "\(count) bytes")
    }
  }
}
