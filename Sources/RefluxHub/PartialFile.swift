import Foundation
import RefluxIO

/// A file that is being fetched.
struct PartialFile {
  let path: String
  init(_ path: String) { self.path = path }

  /// Bytes; 0 if it is not there.
  var size: Int {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return (attributes?[.size] as? NSNumber)?.intValue ?? 0
  }

  /// Throws ``HubError`` if the disk has no room for the bytes that are missing.
  func checkSpace(for total: Int) throws {
    let folder = Directory.parent(of: path)
    let attributes = try? FileManager.default.attributesOfFileSystem(forPath: folder)
    guard let free = (attributes?[.systemFreeSize] as? NSNumber)?.intValue, free < total - size else { return }
    throw HubError("\(folder) has room for \(megabytes(free)), and \(megabytes(total - size)) are to be fetched")
  }

  private func megabytes(_ bytes: Int) -> String { "\((bytes + 999_999) / 1_000_000) MB" }

  /// Goes on after so many bytes; what lies behind them is cut off.
  func writer(at offset: Int) throws -> Writer { try Writer(path, at: offset) }

  final class Writer {
    private(set) var size: Int
    private let path: String
    private let descriptor: Int32

    fileprivate init(_ path: String, at offset: Int) throws {
      (self.path, size) = (path, offset)
      descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
      guard descriptor >= 0, ftruncate(descriptor, off_t(offset)) == 0, lseek(descriptor, off_t(offset), SEEK_SET) >= 0
      else { throw FileError(path, "cannot be written: \(systemMessage())") }
    }

    deinit { close(descriptor) }

    func append(_ data: Data) throws {
      try data.withUnsafeBytes { try writeAll($0, to: descriptor, path: path) }
      size += data.count
    }
  }
}
