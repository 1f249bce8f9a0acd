import Foundation
import RefluxCore

extension Recipe {
  /// Reads and checks a recipe file; relative paths in it start at the working directory.
  ///
  /// - Throws: `RecipeError` with every problem, each with its place; also when the file cannot be read.
  public init(file: String, overrides: [String] = [], _ registry: Registry) throws {
    try self.init(try Self.text(of: file), name: file, overrides: overrides, registry)
  }

  private static func text(of file: String) throws -> String {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: file, isDirectory: &isDirectory) else {
      throw RecipeError("there is no recipe '\(file)'", hint: suggestedFile(for: file))
    }
    guard !isDirectory.boolValue else { throw RecipeError("'\(file)' is a directory, not a recipe") }
    guard let handle = FileHandle(forReadingAtPath: file) else { throw RecipeError("'\(file)' cannot be read") }
    let bytes: Data
    do { bytes = try handle.read(upToCount: RecipeNode.longestText + 1) ?? Data() } catch {
      throw RecipeError("'\(file)' cannot be read")
    }

    guard let text = String(validating: bytes, as: UTF8.self) else { throw RecipeError("'\(file)' is not UTF-8 text") }
    return text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text
  }

  private static func suggestedFile(for file: String) -> String? {
    let folder = (file as NSString).deletingLastPathComponent
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)) ?? []
    let name = (file as NSString).lastPathComponent
    return closest(to: name, among: names.filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") })
      .map { "did you mean '\((folder as NSString).appendingPathComponent($0))'?" }
  }
}
