import CRefluxHash
import RefluxTesting
import Testing

@testable import RefluxIO

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

  /// The examples of FIPS 180-4, cut in two at every place.
  @Test(arguments: [
    ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
    ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
    ("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "84983e441c3bd26ebaae4aa1f95129e5e54670f1"),
  ])
  func sha1IsThatOfTheStandard(_ text: String, _ expected: String) {
    let bytes = Array(text.utf8)
    for cut in 0...bytes.count {
      let (first, second) = (Array(bytes[..<cut]), Array(bytes[cut...]))
      var digest = [UInt8](repeating: 0, count: 20)
      reflux_sha1(first, first.count, second, second.count, &digest)
      #expect(digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() == expected)
    }
  }

  /// What `git hash-object` says; 57 bytes and the head fill a block but for the length.
  @Test(arguments: [
    ("", "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"), ("hello\n", "ce013625030ba8dba906f756967f9e9ca394464a"),
    (String(repeating: "a", count: 57), "d28c6cde5a5ab0b138bd53a288c23e8c011c4171"),
    (String(repeating: "b", count: 1000), "b2c6a8d87fe49a13237466c75c31ff700d5579bc"),
  ])
  func filesAreNamedAsGitNamesThem(_ text: String, _ expected: String) throws {
    try withTemporaryDirectory { directory in
      try AtomicFile.write(text, to: directory + "/a")
      #expect(try gitBlobName(of: directory + "/a") == expected)
    }
  }
}
