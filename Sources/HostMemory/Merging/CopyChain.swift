/// The copies of one content, where one copy is not enough for all its mappings.
struct CopyChain {
  var content: PageContent
  var node: UInt8
  var head = SharedCopy.none
  var count = 0
  /// When a search last looked through all of it.
  var pruned: Int
}
