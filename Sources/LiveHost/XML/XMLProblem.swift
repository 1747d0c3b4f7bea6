/// What is wrong with an XML text.
enum XMLProblem: Error, CustomStringConvertible {
  case tooLarge(Int)
  case tooDeep
  case tooManyNodes
  case notUTF8
  case controlCharacter
  case ends(expected: String)
  case found(String, expected: String)
  case mismatch(opened: String, closed: String)
  case duplicateAttribute(String)
  case unknownEntity(String)
  case badReference
  case documentType
  case secondRoot
  case textOutside
  case otherEncoding(String)

  var description: String {
    switch self {
    case .tooLarge(let bytes):
      "the text holds \(bytes) bytes; at most \(XMLReader.Limits.bytes) are read"
    case .tooDeep:
      "elements are nested more than \(XMLReader.Limits.depth) deep; no domain needs that"
    case .tooManyNodes:
      "there are more than \(XMLReader.Limits.nodes) elements and attributes; no domain needs that"
    case .notUTF8: "the text is not UTF-8 here"
    case .controlCharacter: "a control character stands in the text; XML has none"
    case .ends(let expected): "the text ends; \(expected) must follow"
    case .found(let found, let expected): "found \(found); it must be \(expected)"
    case .mismatch(let opened, let closed):
      "“</\(closed)>” closes “<\(opened)>”; it must be “</\(opened)>”"
    case .duplicateAttribute(let name): "the attribute “\(name)” is there twice; keep one"
    case .unknownEntity(let name):
      "“&\(name);” is unknown; it must be lt, gt, amp, quot, apos or a character’s number"
    case .badReference: "a character’s number is none that XML allows"
    case .documentType: "a document type stands here; libvirt writes none, and none is read"
    case .secondRoot: "a second element stands at the top; a text holds one"
    case .textOutside: "text stands outside of the element at the top"
    case .otherEncoding(let name): "the text says that it is in \(name); it must be in UTF-8"
    }
  }
}
