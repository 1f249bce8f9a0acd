import CRefluxHash

/// The SHA-256 of a file, in hexadecimal.
///
/// - Throws: ``FileError`` if it cannot be read.
public func sha256(of path: String) throws -> String {
  try MappedFile(path).withBytes { hexadecimal(sha256($0)) }
}

/// The SHA-256 of bytes in memory.
public func sha256(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
  var digest = [UInt8](repeating: 0, count: 32)
  reflux_sha256(bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count, &digest)
  return digest
}

/// The SHA-256 of bytes in memory.
public func sha256(_ bytes: [UInt8]) -> [UInt8] { bytes.withUnsafeBytes { sha256($0) } }

/// What git calls a file of this content: the SHA-1 of `blob`, its size and its bytes, in hexadecimal.
///
/// - Throws: ``FileError`` if it cannot be read.
public func gitBlobName(of path: String) throws -> String {
  try MappedFile(path).withBytes { bytes in
    var digest = [UInt8](repeating: 0, count: 20)
    let head = Array("blob \(bytes.count)\0".utf8)
    reflux_sha1(head, head.count, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count, &digest)
    return hexadecimal(digest)
  }
}

/// Two digits for each byte.
public func hexadecimal(_ digest: [UInt8]) -> String {
  digest.reduce(into: "") { text, byte in text += (byte < 16 ? "0" : "") + String(byte, radix: 16) }
}
