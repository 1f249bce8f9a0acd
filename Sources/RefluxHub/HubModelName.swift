import RefluxIO

/// A model of a hub: `bert-base-uncased`, `org/name`, or either with `@revision`.
public struct HubModelName: Sendable, Equatable, CustomStringConvertible {
  /// `name` or `org/name`.
  public let repository: String
  /// A branch, a tag or a commit.
  public let revision: String

  /// `nil` if no model can be called that: parts are letters, digits, `-`, `_` and `.`, and at most one `/` joins them.
  public init?(_ text: String) {
    let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    self.init(repository: parts[0], revision: parts.count == 2 ? parts[1] : "main")
  }

  public init?(repository: String, revision: String) {
    let parts = repository.split(separator: "/", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), parts.allSatisfy(Self.isName), repository.utf8.count <= 96,
      !repository.hasSuffix(".git"), Self.isRevision(revision)
    else { return nil }
    (self.repository, self.revision) = (repository, revision)
  }

  private static func isName(_ text: Substring) -> Bool {
    let isPlain = text.utf8.allSatisfy { isLetterOrDigit($0) || "-_.".utf8.contains($0) }
    guard let first = text.utf8.first, let last = text.utf8.last else { return false }
    return isPlain && !"-.".utf8.contains(first) && !"-.".utf8.contains(last) && !text.contains("--")
      && !text.contains("..")
  }

  /// What git lets a branch be called, and no way out of the cache's directory.
  private static func isRevision(_ text: String) -> Bool {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    return text.utf8.count <= 200
      && parts.allSatisfy { part in
        !part.isEmpty && !part.hasPrefix(".") && !part.hasSuffix(".") && !part.contains("..")
          && part.utf8.allSatisfy { isLetterOrDigit($0) || "-_.+".utf8.contains($0) }
      }
  }

  /// Whether the revision is a commit, which never changes.
  var isCommit: Bool { isCommitHash(revision) }

  /// The name as it was written.
  public var description: String { revision == "main" ? repository : "\(repository)@\(revision)" }
}

/// Whether a text is a full commit hash of git.
func isCommitHash(_ text: String) -> Bool { text.utf8.count == 40 && isHexadecimal(text) }

func isHexadecimal(_ text: String) -> Bool {
  text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
}

/// Of ASCII.
func isLetterOrDigit(_ byte: UInt8) -> Bool {
  (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
}
