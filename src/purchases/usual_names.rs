//! The names that columns of purchase files usually have, in the languages that shops write.

use super::purpose::Purpose;

impl Purpose {
    /// Usual names, in ranks: a name of an earlier rank wins over any later one; two
    /// columns of the same rank are equally good. Written folded (see [`fold`]).
    pub(super) fn usual(self) -> &'static [&'static [&'static str]] {
        match self {
            Purpose::User => &[
                &[
                    "customerid",
                    "userid",
                    "householdid",
                    "householdkey",
                    "visitorid",
                    "clientid",
                    "buyerid",
                    "memberid",
                    "shopperid",
                    "consumerid",
                    "customerkey",
                    "userkey",
                    "custid",
                    "customeruniqueid",
                    "customernumber",
                    "customerno",
                    "customercode",
                    "usercode",
                    "reviewerid",
                    "cardid",
                    "loyaltyid","kundennummer","kundennr","kundenid","kdnr","numeroclient","idclient","noclient","codeclient","idcliente","clienteid","numerocliente","codigocliente","codcliente","用户id","会员id","客户id","用户编号","客户编号","会员编号","customerref","customeridentifier","purchaserid","bpid","personkey",],
                &[
                    "customer",
                    "user",
                    "household",
                    "visitor",
                    "client",
                    "buyer",
                    "member",
                    "shopper",
                    "consumer",
                    "cust",
                    "person",
                    "personid",
                    "username",
                    "uid",
                    "accountid",
                    "account",
                    "hshdnum","kunde","kundin","client","clientes","cliente","acheteur","käufer","kaeufer","comprador","usuario","usuário","utilisateur","nutzer","用户","会员","客户","买家","customers","purchaser","身份",],
                &["email", "customeremail", "useremail","mail","emailaddress","customeremailaddress","billingemail","courriel","correo","邮箱","buyeremail","useremailaddress",],
            ],
            Purpose::Item => &[
                &[
                    "stockcode",
                    "productid",
                    "sku",
                    "itemid",
                    "asin",
                    "productcode",
                    "itemcode",
                    "articleid",
                    "skuid",
                    "upc",
                    "ean",
                    "gtin",
                    "isbn",
                    "parentasin",
                    "productkey",
                    "itemkey",
                    "productno",
                    "productnum",
                    "itemno",
                    "itemnumber",
                    "productnumber",
                    "articlenumber",
                    "goodsid","artikelnummer","artikelnr","artnr","artikelid","produktid","produktnummer","referenceproduit","codeproduit","codearticle","idproduit","refproduit","codigoproducto","codigoproduto","codproduto","idproducto","idproduto","商品id","商品编号","产品编号","货号","lineitemsku","itemsku","productsku","variantsku","materialnumber",],
                &["product", "item", "article", "stock", "goods", "movieid", "bookid", "trackid","artikel","produkt","produit","producto","produto","artigo","articulo","artículo","商品","产品","material",],
                &[
                    "productname",
                    "itemname",
                    "productdescription",
                    "itemdescription",
                    "producttitle",
                    "articlename",
                    "title",
                    "description","artikelbezeichnung","produktname","bezeichnung","beschreibung","libelle","nomproduit","designation","nombreproducto","nomeproduto","descripcion","descrição","descricao","商品名称","产品名称","lineitemname",],
            ],
            Purpose::Invoice => &[
                &["invoiceno", "invoice", "invoiceid", "invoicenumber","rechnung","rechnungsnummer","rechnungsnr","belegnummer","numerofacture","facture","factura","numerofactura","fatura","发票号",],
                &[
                    "orderid",
                    "orderno",
                    "ordernumber",
                    "order",
                    "transactionid",
                    "transactionno",
                    "transactionnumber",
                    "basketid",
                    "basketnum",
                    "receiptid",
                    "receiptno",
                    "receipt","bestellnummer","bestellung","bestellid","auftrag","auftragsnummer","commande","numerocommande","idcommande","pedido","idpedido","numeropedido","订单号","订单编号","订单id",],
                &["transaction", "basket", "ticket"],
            ],
            Purpose::Quantity => &[
                &["quantity", "qty","menge","anzahl","quantite","quantité","cantidad","quantidade","quant","数量","lineitemquantity",],
                &[
                    "units",
                    "unitssold",
                    "quantitysold",
                    "orderquantity",
                    "itemquantity",
                    "orderqty",
                    "quantityordered","stück","stueck","stückzahl","stueckzahl","qté","qte","qtd","uds","unidades","件数","购买数量","nbitems",],
                &["count", "pieces"],
            ],
            Purpose::Price => &[
                &[
                    "unitprice",
                    "priceperunit",
                    "priceeach",
                    "itemprice",
                    "pricepaid",
                    "productprice","einzelpreis","stückpreis","stueckpreis","prixunitaire","preciounitario","precounitario","preçounitário","单价","lineitemprice","pricepu","unitcost","unitsellingprice",],
                &["price","preis","prix","precio","preco","preço","价格",],
                &["saleprice", "sellingprice"],
            ],
            Purpose::Total => &[
                &[
                    "linetotal",
                    "total",
                    "totalprice",
                    "salesvalue",
                    "totalamount",
                    "lineamount",
                    "totalvalue",
                    "totalsales","gesamtpreis","gesamtbetrag","zeilensumme","positionsbetrag","montanttotal","importetotal","valortotal","lineprice","linesales","extendedprice","小计","total",],
                &["amount", "sales", "spend", "revenue", "value", "netsales","umsatz","betrag","summe","montant","chiffreaffaires","importe","valor","ventas","vendas","金额","销售额","总额","grossamount","netamount","netrevenue","turnover","gmv",],
            ],
            Purpose::Time => &[
                &[
                    "invoicedate",
                    "orderdate",
                    "purchasedate",
                    "transactiondate",
                    "invoicetime",
                    "ordertime",
                    "purchasetime",
                    "transactiontime",
                    "orderpurchasetimestamp",
                    "eventtime",
                    "purchasedat",
                    "ordertimestamp",
                    "invoicedatetime",
                    "orderdatetime",
                    "transactiontimestamp",
                    "saledate","rechnungsdatum","bestelldatum","kaufdatum","belegdatum","datefacture","datecommande","dateachat","fechafactura","fechapedido","fechacompra","datapedido","datacompra","下单时间","购买时间","订单日期","createdat","purchasetimestamp","saledatetime",],
                &["timestamp", "datetime", "createdat", "date", "tdat","datum","fecha","data","zeitstempel","horodatage","日期","时间","createdon","created","orderedat","day","datepurchase","dateofpurchase",],
                &["time", "unixreviewtime", "ts","zeit","uhrzeit","heure","hora","eventtimestamp",],
            ],
            Purpose::Category => &[
                &[
                    "category",
                    "productcategory",
                    "itemcategory",
                    "categoryname",
                    "productcategoryname",
                    "maincategory","kategorie","warengruppe","produktgruppe","categorie","catégorie","categoria","categoría","类目","类别","品类",],
                &[
                    "department",
                    "categoryid",
                    "commodity",
                    "commoditydesc",
                    "productgroup",
                    "producttype",
                    "categorycode","abteilung","rayon","famille","departamento","部门","subcategory","productfamily",],
                &["aisle", "section", "genre", "group"],
            ],
            Purpose::Country => &[
                &["country", "countryname", "countrycode", "customercountry", "shipcountry","land","pays","pais","país","国家","billingcountry","shippingcountry","kundenland",],
                &["region", "market","地区",],
            ],
            Purpose::Description => &[
                &[
                    "description",
                    "productname",
                    "itemname",
                    "productdescription",
                    "itemdescription",
                    "articlename","artikelbezeichnung","produktname","bezeichnung","beschreibung","libelle","nomproduit","designation","nombreproducto","nomeproduto","descripcion","descrição","descricao","商品名称","产品名称","lineitemname","productdesc",],
                &["name", "title", "producttitle", "stockdescription"],
            ],
            Purpose::Clock => &[
                &["timeofday", "clock", "uhrzeit", "heure", "hora"],
                &["time", "ordertime", "invoicetime", "purchasetime", "transactiontime", "transtime", "zeit", "hour"],
            ],
            Purpose::Group => &[],
        }
    }
}

/// Whether a name says by itself that it is of a whole line.
pub(super) fn says_total(name: &str) -> bool {
    let name = fold(name);
    ["total", "line", "gesamt", "zeilen", "extended", "小计", "总"].iter().any(|word| name.contains(word))
}

/// Lower case without spaces, underscores, hyphens and dots.
pub(super) fn fold(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
