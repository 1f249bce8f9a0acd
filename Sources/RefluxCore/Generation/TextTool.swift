/// Writes into a text while a language model makes it, as a calculator does.
public protocol TextTool: Sendable {
  /// What a call of the tool ends with. It is asked when the text of a new token ends so.
  var callEnd: String { get }
  /// What comes behind a text that ends with a call; `nil`: nothing.
  func addition(to text: String) -> String?
}
