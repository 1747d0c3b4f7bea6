/// The copies of one content, where one copy is not enough for all its mappings.
struct CopyChain {
  var content: PageContent
  var node: UInt8
  var head = SharedCopy.none
  var count = 0
  /// The copies with room for one more mapping.
  var roomy = 0
  /// Whether a search that comes past would change it.
  var isUntidy = false
  /// When a search last looked through all of it.
  var pruned: Int
}
