//! The outermost layer of a protobuf message: which fields it has, each with its bytes as they lie.

/// Field numbers, each with its bytes; none where a field is a number.
pub(super) struct WireFields<'a> {
    rest: &'a [u8],
}

/// A field, or why there is none.
type ReadField<'a> = Result<(u64, Option<&'a [u8]>), String>;

pub(super) const fn fields(message: &[u8]) -> WireFields<'_> {
    WireFields { rest: message }
}

impl<'a> Iterator for WireFields<'a> {
    type Item = ReadField<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.rest = &[];
        }
        Some(field)
    }
}

impl<'a> WireFields<'a> {
    fn field(&mut self) -> ReadField<'a> {
        let key = self.number()?;
        let value = match key & 7 {
            0 => {
                self.number()?;
                None
            }
            1 => {
                self.take(8)?;
                None
            }
            2 => {
                let length = self.number()?;
                Some(self.take(length)?)
            }
            5 => {
                self.take(4)?;
                None
            }
            kind => {
                return Err(format!(
                    "it has a field of kind {kind}, which is not in use"
                ));
            }
        };
        match key >> 3 {
            0 => Err("it has a field without a number".to_owned()),
            number => Ok((number, value)),
        }
    }

    /// Seven bits a byte, the lowest first; the highest bit says that there are more.
    fn number(&mut self) -> Result<u64, String> {
        let mut number = 0_u64;
        for place in 0..10 {
            let byte = self.take(1)?.first().copied().unwrap_or_default();
            number |= u64::from(byte & 0x7F) << (7 * place);
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err("it has a number of more than 64 bits".to_owned())
    }

    fn take(&mut self, length: u64) -> Result<&'a [u8], String> {
        let split = usize::try_from(length)
            .ok()
            .and_then(|length| self.rest.split_at_checked(length));
        let (taken, rest) = split.ok_or("it breaks off")?;
        self.rest = rest;
        Ok(taken)
    }
}
