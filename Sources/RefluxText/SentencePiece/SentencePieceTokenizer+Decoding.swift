extension SentencePieceTokenizer {
  public func decode(_ ids: [Int32]) -> String { decode(ids, skippingSpecial: true) }

  /// Text again; ids that there are not are left out.
  ///
  /// Added tokens other than `cls_token` and its like stand between spaces. Source: `PreTrainedTokenizer._decode` of transformers 4.
  public func decode(_ ids: [Int32], skippingSpecial: Bool) -> String {
    var (parts, pending) = ([String](), [Int32]())
    for id in ids where !(skippingSpecial && specialIDs.contains(id)) {
      if spacedIDs.contains(id) {
        let text = text(of: pending)
        parts += text.isEmpty ? [name(of: id)] : [text, name(of: id)]
        pending = []
      } else if specialIDs.contains(id) || (0..<Int32(processor.pieceCount)).contains(id) {
        pending.append(id)
      }
    }
    if !pending.isEmpty { parts.append(text(of: pending)) }
    let text = parts.joined(separator: " ")
    return cleansSpaces ? WordPieceDecoder.cleaned(text) : text
  }

  private func name(of id: Int32) -> String {
    addedTokens.first { $0.id == id }?.text ?? processor.piece(id) ?? ""
  }

  /// The text of pieces and special tokens.
  ///
  /// Source: `convert_tokens_to_string` of each class.
  private func text(of ids: [Int32]) -> String {
    let dropsSpace = if case .llama(_, _, addsSpace: true) = text { true } else { false }
    var (result, pending) = ("", [Int32]())
    func finishPending(before index: Int) {
      // Only ids of pieces are pending.
      result += (try? processor.decode(pending, droppingSpace: dropsSpace && pending.count == index)) ?? ""
      pending = []
    }
    for (index, id) in ids.enumerated() {
      let followsSpecial = index > 0 && specialIDs.contains(ids[index - 1])
      if specialIDs.contains(id) {
        if !followsSpecial, isSpaced(specialAt: index) { result += " " }
        finishPending(before: index)
        result += name(of: id)
      } else {
        let isGlued = processor.piece(id)?.unicodeScalars.first != "\u{2581}"
        if followsSpecial, index == 1, dropsSpace, isGlued { result += " " }
        pending.append(id)
      }
    }
    finishPending(before: ids.count)
    return family == .llama ? result : PythonText.stripped(result)
  }

  private func isSpaced(specialAt index: Int) -> Bool {
    if case .llama(_, let isLegacy, _) = text { isLegacy && index > 0 } else { true }
  }
}
