import Foundation
import RefluxCore
import RefluxIO

/// Which files of a model are worth fetching: its configuration, one form of its weights, and its tokenizer.
///
/// Weights come as in ``WeightFiles``. Everything else that is small text or a SentencePiece model is taken, so that no
/// list of every tokenizer's files is needed here; weights of other programs and folders are left.
enum ModelFileSelection {
  /// A model has the first, an adapter the second.
  static let configurations = [ModelFile.configuration, AdapterDirectory.configurationFile]
  private static let smallFiles = [".json", ".txt", ".model", ".jinja"]

  /// The best form of the weights that is there, or the index of their shards.
  static func weights(among isThere: (String) -> Bool) -> String? {
    (WeightFiles.choices + AdapterDirectory.weightsFiles).first(where: isThere)
  }

  /// What is fetched first; the shards of an index, which it names, come after it.
  static func files(of listing: [String]) -> [String] {
    let all = Set(listing)
    let small = listing.filter { file in
      !file.contains("/") && smallFiles.contains(where: file.hasSuffix) && !file.hasSuffix(WeightFiles.indexSuffix)
    }
    let chosen = [weights(among: all.contains), AdapterDirectory.weightsFiles.first(where: all.contains)].compactMap {
      $0
    }
    // The configuration first: what is wrong with it shows before gigabytes are fetched.
    let ordered = small.sorted { (configurations.contains($1) ? 1 : 0, $0) < (configurations.contains($0) ? 1 : 0, $1) }
    return ordered + chosen.enumerated().filter { chosen.firstIndex(of: $0.element) == $0.offset }.map(\.element)
  }

  /// The files that a pattern of the shell names, such as `*.json` or `onnx/*`.
  static func files(of listing: [String], matching patterns: [String]) -> [String] {
    listing.filter { file in patterns.contains { fnmatch($0, file, 0) == 0 } }
  }
}
