import Nestwalk

/// Hands arbitrary bytes to the reader of files, to a decoder with a field of every form and to the
/// writer.
///
/// Behind a byte of 0 stands an override.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzFiles(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  let parts = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
  let text = Array(parts[0])
  check(text, [])
  check(bytes, [])
  if parts.count == 2,
    let override = try? NodeOverride(parsing: String(decoding: parts[1], as: UTF8.self))
  {
    check(text, [override])
  }
  return 0
}

private func check(_ text: [UInt8], _ overrides: [NodeOverride]) {
  let (node, problems) = NodeReader.read(text)
  precondition(node != nil || !problems.isEmpty)
  if let node { checkWriting(node) }
  let (kind, log) = DocumentKindDeclaration.check(
    text, file: "file", among: [FuzzedFile.kind.declaration], overrides: overrides)
  precondition(log.count >= problems.count && log.diagnostics.count <= 100)
  let lines = lineLengths(text)
  for diagnostic in log.diagnostics {
    precondition(!diagnostic.message.isEmpty)
    // A place is in the text, or just behind a line of it.
    guard case .text(let position) = diagnostic.place else { continue }
    precondition(1...lines.count ~= position.line)
    precondition(1...lines[position.line - 1] + 1 ~= position.column)
  }
  // What is found without a problem is a value, and nothing else is.
  let value = try? FuzzedFile.kind.read(text, file: "file", overrides: overrides)
  precondition((value != nil) == (kind != nil && log.count == 0))
}

private func checkWriting(_ node: Node) {
  let written = NodeWriter.write(node)
  let (again, problems) = NodeReader.read(Array(written.utf8))
  precondition(problems.isEmpty, "what was written can't be read")
  guard let again else { preconditionFailure("what was written holds nothing") }
  precondition(again.holdsSame(as: node), "what was written holds something else")
}

/// How many bytes each line has, as an editor counts lines.
private func lineLengths(_ text: [UInt8]) -> [Int] {
  var lengths = [0]
  for (index, byte) in text.enumerated() {
    if byte == 0x0a || (byte == 0x0d && !(index + 1 < text.count && text[index + 1] == 0x0a)) {
      lengths.append(0)
    } else {
      lengths[lengths.count - 1] += 1
    }
  }
  return lengths
}
