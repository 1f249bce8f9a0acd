import RefluxIO

/// Makes decoders of what `tokenizer.json` says.
enum DecoderReader {
  static func read(_ fields: JSONFields) throws -> any TokenDecoder {
    try fields.component([
      "Sequence": { DecoderSequence(members: try $0.required("decoders", $0.list).map(read)) },
      "ByteLevel": { _ in ByteLevelDecoder() },
      "WordPiece": {
        WordPieceDecoder(prefix: try $0.string("prefix") ?? "##", cleansUp: try $0.bool("cleanup") ?? true)
      },
      "Metaspace": {
        let prefix = try PreTokenizerReader.metaspace($0).prefix
        return MetaspaceDecoder(mark: try $0.scalar("replacement"), removesFirst: prefix != .never)
      },
      "ByteFallback": { _ in ByteFallbackDecoder() },
      "Fuse": { _ in FuseDecoder() },
      "Strip": {
        StripDecoder(
          content: try $0.scalar("content"), start: max(0, try $0.integer("start") ?? 0),
          stop: max(0, try $0.integer("stop") ?? 0))
      },
      "Replace": { ReplaceDecoder(replace: try NormalizerReader.replace($0)) },
      "BPEDecoder": { WordEndDecoder(suffix: try $0.string("suffix") ?? "</w>") },
    ])
  }
}
