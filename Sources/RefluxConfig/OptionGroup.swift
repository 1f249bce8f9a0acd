/// Options inside an option: `train: { epochs: 3, optimizer: adamw }`.
///
/// Conforming is all there is to do: `struct TrainOptions: OptionGroup { @Option("…") var epochs = 3 … }`.
public protocol OptionGroup: ComponentOptions, OptionValue {}

extension OptionGroup {
  public static var nestedOptions: [OptionHelp] { OptionsReader.help(for: Self.self) }
  public init(_ node: RecipeNode, _ scope: OptionScope) throws {
    self = try OptionsReader.read(Self.self, from: node, owner: "'\(Self.typeName)'", scope)
  }
  public func resolved(_ scope: OptionScope) throws -> Self {
    try OptionsReader.read(Self.self, from: nil, owner: "'\(Self.typeName)'", scope)
  }
  public var recipe: RecipeNode? { RecipeNode(.map(OptionsReader.entries(of: self))) }
}
