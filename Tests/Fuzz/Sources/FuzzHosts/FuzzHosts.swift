import Nestwalk

/// Hands arbitrary bytes to the readers of real hosts; the first byte chooses one.
///
/// What can't be read must end in sentences with their places, and what can be read must be written and
/// read again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzHosts(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  var bytes = Array(UnsafeBufferPointer(start: start, count: count))
  guard let first = bytes.first else { return 0 }
  bytes.removeFirst()
  do throws(ImportError) {
    switch first {
    case UInt8(ascii: "t"):
      mendSums(&bytes)
      check(try HostReading.captured(bytes, name: "h.tar"))
    case UInt8(ascii: "x"): _ = try XMLReader.read(bytes, name: "x")
    case UInt8(ascii: "s"):
      var gathered = GatheredInventory(named: "samples")
      gathered.add(try SampleTable.read(bytes, name: "s.csv"), from: "s.csv")
      gathered.settle(hostBytes: 1 << 30)
      precondition(gathered.contradictions.isEmpty)
      check(gathered.inventory)
    case UInt8(ascii: "f"): _ = try HostReading.firecracker(bytes, name: "f.json")
    case UInt8(ascii: "k"):
      if let told = try? ClusterObjects.read(bytes, file: "k.yaml") {
        var gathered = GatheredInventory(named: "cluster")
        gathered.add(told, from: "k.yaml")
        gathered.settle(hostBytes: told.hosts.isEmpty ? 1 << 30 : nil)
        if gathered.contradictions.isEmpty { check(gathered.inventory) }
      }
    default: check(try HostReading.captured(files(bytes), name: "h"))
    }
  } catch {
    precondition(!error.problems.isEmpty, "an error says what is wrong")
    for problem in error.problems {
      precondition(!problem.sentence.isEmpty)
      precondition(problem.position.map { $0.line > 0 && $0.column > 0 } ?? true)
    }
  }
  return 0
}

/// What is written of an inventory is read again, and is the same inventory.
private func check(_ inventory: Inventory) {
  let text = NodeWriter.write(inventory.node)
  do throws(DocumentError) {
    let again = try Inventory.document.read(Array(text.utf8), file: "again")
    precondition(NodeWriter.write(again.node) == text, "what is read again is the same")
  } catch {
    print(error)
    preconditionFailure("what is written is not read again")
  }
}

/// The files of a host: a record separator and a line with the path begin each.
private func files(_ bytes: [UInt8]) -> HostFiles {
  var files: [HostFiles.File] = []
  for part in bytes.split(separator: 0x1e, omittingEmptySubsequences: true) {
    let path = part.prefix { $0 != 0x0a }
    files.append(
      HostFiles.File(String(decoding: path, as: UTF8.self), Array(part.dropFirst(path.count + 1))))
  }
  return HostFiles(files, origin: "h:")
}

/// The right check sum in the header of every entry, since a wrong one would keep nearly all inputs out.
private func mendSums(_ bytes: inout [UInt8]) {
  var start = 0
  while start + 512 <= bytes.count {
    if bytes[start..<start + 512].contains(where: { $0 != 0 }) {
      var sum = 8 * 0x20
      for index in 0..<512 where !(148..<156 ~= index) { sum += Int(bytes[start + index]) }
      for index in 0..<6 { bytes[start + 148 + index] = UInt8(0x30 + sum >> (15 - 3 * index) & 7) }
      bytes[start + 154] = 0
      bytes[start + 155] = 0x20
    }
    var size = 0
    for byte in bytes[start + 124..<start + 135] where 0x30...0x37 ~= byte {
      size = min(size << 3 | Int(byte - 0x30), 1 << 30)
    }
    start += 512 + (size + 511) / 512 * 512
  }
}
