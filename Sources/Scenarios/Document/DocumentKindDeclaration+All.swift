internal import Costs
internal import Studies

extension DocumentKindDeclaration {
  /// Every kind of file there is; the first whose key a file has is the file's kind.
  ///
  /// A scenario may name its cost profile under the key by which a profile is known, so the kinds that
  /// name others stand before these.
  public static var all: [Self] {
    Scenario.kinds + [
      ValidationCase.document.declaration, Inventory.document.declaration,
      CostProfile.document.declaration,
    ]
  }
}
