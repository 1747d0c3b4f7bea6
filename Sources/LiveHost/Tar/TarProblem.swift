/// What is wrong with an archive.
enum TarProblem: Error, CustomStringConvertible {
  case tooLarge(Int)
  case tooManyFiles
  case empty
  case cutOff
  case afterEnd
  case compressed(String, String)
  case badCheckSum
  case notPOSIX
  case notOctal(String)
  case badRecord
  case badPath(String)
  case otherKind(UInt8, String)
  case twice(String)

  var description: String {
    switch self {
    case .tooLarge(let bytes):
      "the archive holds \(bytes) bytes; at most \(TarReader.Limits.bytes) are read"
    case .tooManyFiles: "there are more than \(TarReader.Limits.files) files; no capture needs that"
    case .empty: "the archive holds no file; it must be what the capture script writes"
    case .cutOff: "the archive is cut off; copy it again"
    case .afterEnd: "something stands behind the archive’s end; it must end with empty blocks"
    case .compressed(let format, let tool):
      "the archive is compressed with \(format); unpack it with \(tool) first"
    case .badCheckSum: "a header’s check sum is wrong; this is no tar archive, or a damaged one"
    case .notPOSIX: "a header is not of POSIX; the archive must be of ustar, pax or GNU tar"
    case .notOctal(let what): "a header’s \(what) is no octal number; the archive is damaged"
    case .badRecord: "a pax record is not “length key=value”; the archive is damaged"
    case .badPath(let path):
      "the path “\(path)” leaves its folder or is none; a capture has none such"
    case .otherKind(let kind, let path):
      "“\(path)” is of kind “\(Character(UnicodeScalar(0x21...0x7e ~= kind ? kind : 0x3f)))”;"
        + " a capture holds plain files and folders"
    case .twice(let path): "“\(path)” is there twice; a capture has it once"
    }
  }
}
