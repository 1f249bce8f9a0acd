/// A regular expression over code points: a small backtracking machine with a stack of its own, for the expressions that
/// are not written out in ``GPT2Words`` and ``GPT4Words``.
struct Expression: TextPattern {
  private enum Step: Sendable {
    case scalar(Int)
    /// A run of one set, as long as it goes and never given back.
    case run(Int)
    case jump(Int)
    /// Tries the first, and the second when that leads nowhere.
    case fork(Int, Int)
    case ahead(end: Int, isInverted: Bool)
    case behind(Int, isInverted: Bool)
    case atomic(end: Int)
    case edge(ofLine: Bool, isEnd: Bool)
    case success
  }

  private var steps: [Step] = []
  private var sets: [ScalarSet] = []

  /// Reads an expression.
  ///
  /// - Throws: `ExpressionParser.Failure` saying what is not understood.
  init(_ text: String) throws(ExpressionParser.Failure) {
    add(try ExpressionParser.parse(text))
    steps.append(.success)
  }

  func match(in text: UnsafeBufferPointer<UInt8>, from position: Int) -> Range<Int>? {
    var (start, stack) = (position, [(step: Int, position: Int)]())
    while true {
      if let end = run(text, from: start, step: 0, &stack) { return start..<end }
      guard start < text.count else { return nil }
      start += UTF8Text.scalar(text, at: start).width
    }
  }

  // MARK: - Translation

  private mutating func add(_ set: ScalarSet) -> Int {
    sets.append(set)
    return sets.count - 1
  }

  private mutating func add(_ node: ExpressionNode) {
    switch node {
    case .scalar(let set): steps.append(.scalar(add(set)))
    case .sequence(let nodes): for node in nodes { add(node) }
    case .choice(let nodes):
      var jumps: [Int] = []
      for node in nodes.dropLast() {
        let fork = reserve()
        add(node)
        jumps.append(reserve())
        steps[fork] = .fork(fork + 1, steps.count)
      }
      if let last = nodes.last { add(last) }
      for jump in jumps { steps[jump] = .jump(steps.count) }
    case .repeated(let node, let least, let most, let greed): add(node, least, most, greed)
    case .ahead(let node, let isInverted): enclose(node) { .ahead(end: $0, isInverted: isInverted) }
    case .behind(let set, let isInverted): steps.append(.behind(add(set), isInverted: isInverted))
    case .atomic(let node): enclose(node) { .atomic(end: $0) }
    case .textStart: steps.append(.edge(ofLine: false, isEnd: false))
    case .textEnd: steps.append(.edge(ofLine: false, isEnd: true))
    case .lineStart: steps.append(.edge(ofLine: true, isEnd: false))
    case .lineEnd: steps.append(.edge(ofLine: true, isEnd: true))
    }
  }

  private mutating func reserve() -> Int {
    steps.append(.success)
    return steps.count - 1
  }

  /// A part that is run on its own.
  private mutating func enclose(_ node: ExpressionNode, _ step: (Int) -> Step) {
    let place = reserve()
    add(node)
    steps.append(.success)
    steps[place] = step(steps.count)
  }

  private mutating func add(_ node: ExpressionNode, _ least: Int, _ most: Int?, _ greed: ExpressionNode.Greed) {
    if greed == .possessive {
      if case .scalar(let set) = node, most == nil {
        for _ in 0..<least { add(node) }
        return steps.append(.run(add(set)))
      }
      return enclose(.repeated(node, least, most, .greedy)) { .atomic(end: $0) }
    }
    func fork(_ inside: Int, _ outside: Int) -> Step {
      greed == .greedy ? .fork(inside, outside) : .fork(outside, inside)
    }
    for _ in 0..<least { add(node) }
    if let most {
      let forks = (least..<most).map { _ in
        let place = reserve()
        add(node)
        return place
      }
      for place in forks { steps[place] = fork(place + 1, steps.count) }
    } else {
      let place = reserve()
      add(node)
      steps.append(.jump(place))
      steps[place] = fork(place + 1, steps.count)
    }
  }

  // MARK: - Running

  /// Where a match that begins at `start` ends; what is on the stack already stays there.
  private func run(
    _ text: UnsafeBufferPointer<UInt8>, from start: Int, step first: Int, _ stack: inout [(step: Int, position: Int)]
  ) -> Int? {
    let floor = stack.count
    stack.append((first, start))
    while stack.count > floor, var (index, position) = stack.popLast() {
      thread: while true {
        switch steps[index] {
        case .success:
          stack.removeLast(stack.count - floor)
          return position
        case .scalar(let set):
          guard let next = step(over: set, text, position) else { break thread }
          (index, position) = (index + 1, next)
        case .run(let set):
          while let next = step(over: set, text, position) { position = next }
          index += 1
        case .jump(let target): index = target
        case .fork(let now, let later):
          stack.append((later, position))
          index = now
        case .ahead(let end, let isInverted):
          guard (run(text, from: position, step: index + 1, &stack) == nil) == isInverted else { break thread }
          index = end
        case .behind(let set, let isInverted):
          let isThere = position > 0 && sets[set].contains(UTF8Text.scalar(text, before: position))
          guard isThere != isInverted else { break thread }
          index += 1
        case .atomic(let end):
          guard let next = run(text, from: position, step: index + 1, &stack) else { break thread }
          (index, position) = (end, next)
        case .edge(let ofLine, let isEnd):
          let isAtEdge = isEnd ? position == text.count : position == 0
          guard isAtEdge || (ofLine && text[isEnd ? position : position - 1] == 0x0A) else { break thread }
          index += 1
        }
      }
    }
    return nil
  }

  @inline(__always)
  private func step(over set: Int, _ text: UnsafeBufferPointer<UInt8>, _ position: Int) -> Int? {
    guard position < text.count else { return nil }
    let (scalar, width) = UTF8Text.scalar(text, at: position)
    return sets[set].contains(scalar) ? position + width : nil
  }
}
