/// Something that ends a run and that a person can do something about.
public struct RunError: Error, Equatable, CustomStringConvertible {
  public let description: String
  public init(_ description: String) { self.description = description }
}
