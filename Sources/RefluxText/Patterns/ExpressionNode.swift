/// What a regular expression consists of.
indirect enum ExpressionNode: Sendable {
  case scalar(ScalarSet)
  case sequence([ExpressionNode])
  case choice([ExpressionNode])
  case repeated(ExpressionNode, Int, Int?, Greed)
  case ahead(ExpressionNode, isInverted: Bool)
  case behind(ScalarSet, isInverted: Bool)
  case atomic(ExpressionNode)
  case textStart
  case textEnd
  case lineStart
  case lineEnd

  enum Greed: Sendable { case greedy, lazy, possessive }

  /// Whether it can match nothing.
  var mayBeEmpty: Bool {
    switch self {
    case .scalar: false
    case .sequence(let nodes): nodes.allSatisfy(\.mayBeEmpty)
    case .choice(let nodes): nodes.contains(where: \.mayBeEmpty)
    case .repeated(let node, let least, _, _): least == 0 || node.mayBeEmpty
    case .atomic(let node): node.mayBeEmpty
    case .ahead, .behind, .textStart, .textEnd, .lineStart, .lineEnd: true
    }
  }
}
